/** The version of the wire. A server that speaks another one closes with 4503. */
export const PROTOCOL = 1;

/** At most so many ops travel in one message; the others wait for its acknowledgement. */
export const MAX_MESSAGE_OPS = 100;

/** A message of several batches has at most so many letters: within them no limit of a server can be reached. */
export const MAX_SHARED_LETTERS = 9000;

/** One batch has at most so many bytes; a message has 65,536. */
export const MAX_BATCH_BYTES = 60_000;

/** The name of a store is at most so long, a key included. */
export const MAX_NAME_LETTERS = 192;

/** A path in an op, and a key in it, are at most so long. */
export const MAX_PATH_STEPS = 16;
export const MAX_KEY_LETTERS = 128;

/** A call has at most so many arguments. */
export const MAX_ARGUMENTS = 32;
