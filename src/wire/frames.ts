/**
 * The wire, as one table: the kind of a frame → its direction and its struct. Everything else about frames is
 * inferred from here; docs/protocol.md is held against it by a test. Browsers import its types only: they check
 * what they send where it is made, and what comes from their own server is trusted to have this shape.
 */
import type { NamedOp, Op, Step } from "../state/ops.ts";
import {
  type AnyStruct,
  any,
  array,
  define,
  dynamic,
  type Infer,
  literal,
  min,
  number,
  object,
  optional,
  record,
  type Struct,
  size,
  string,
  tuple,
  union,
} from "../state/struct.ts";
import {
  MAX_ARGUMENTS,
  MAX_KEY_LETTERS,
  MAX_MESSAGE_OPS,
  MAX_NAME_LETTERS,
  MAX_PATH_STEPS,
} from "./protocol.ts";

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const Count = define<number>("whole number from 0", isCount);
const isName = (value: unknown) =>
  typeof value === "string" && value.length > 0 && value.length <= MAX_NAME_LETTERS;
const Name = define<string>("text of 1 to 192 letters", isName);
const isStep = (value: unknown) =>
  typeof value === "string" ? value.length <= MAX_KEY_LETTERS : isCount(value);
const isPath = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.length <= MAX_PATH_STEPS && value.every(isStep);
/** One rule for the whole of it: each op has one, and a struct for each step would cost most of reading it. */
const Path = define<Step[]>("path", isPath);

// `any()` below stands for plain JSON: a frame is JSON by then, and the struct of the store has the last word.
const opStructs: readonly (readonly [unknown, AnyStruct])[] = [
  ["set", tuple([literal("set"), Path, any()])],
  ["delete", tuple([literal("delete"), Path])],
  ["increment", tuple([literal("increment"), Path, number()])],
  ["splice", tuple([literal("splice"), Path, Count, optional(array(any()))])],
  ["move", tuple([literal("move"), Path, Count])],
];

// By their kind: a union would try them all.
const byKind = new Map(opStructs);
const nothing: AnyStruct = define("op", () => false);
const OpFrame = dynamic<Op>((value) => byKind.get((value as Op | null)?.[0]) ?? nothing);
const Ops = array(OpFrame);

const isId = (value: unknown) => typeof value === "string" && value.length <= MAX_KEY_LETTERS;
const isIds = (value: unknown) => Array.isArray(value) && value.every(isId);
const CountOrIds = define<number | string[]>("count or ids", (value) => isCount(value) || isIds(value));
const Place = define<Step>("index or id", isStep);
/** What pages send: to a store with a view by the names of elements. */
const sentByKind = new Map([
  ...opStructs,
  ["splice", tuple([literal("splice"), Path, CountOrIds, optional(array(any()))])],
  ["move", tuple([literal("move"), Path, Place])],
]);
const SentOp = dynamic<Op | NamedOp>((value) => sentByKind.get((value as Op | null)?.[0]) ?? nothing);
const SentOps = size(array(SentOp), 0, MAX_MESSAGE_OPS);
const isArgs = (value: unknown) => Array.isArray(value) && value.length <= MAX_ARGUMENTS;
/** One rule here, too: what each of them is, the structs of its function say. */
const Args = define<unknown[]>("list of up to 32", isArgs);
const CallFrame = object({ action: Name, args: Args, seed: Count, at: Count });

/** Either the ops of raw writes (none are left where all became void on the way), or a call of an action. */
const BatchFrame = dynamic<(Op | NamedOp)[] | Infer<typeof CallFrame>>(
  (value): AnyStruct => (Array.isArray(value) ? SentOps : CallFrame),
);

/** What a page knows of a store that it subscribes to. */
const subscription = {
  store: Name,
  /** Numbers the lives of this client as a writer of this store. */
  life: Count,
  epoch: optional(Name),
  version: optional(Count),
  /** Of an instance of a live component: what it is made with, where the server does not have it yet. */
  params: optional(record(string(), any())),
  /** Nobody in the page defines it: the answer names its actions. */
  untyped: optional(literal(true)),
};
const Subscription = object(subscription);

/** What a page needs to know of a live component. */
const About = object({
  callbacks: record(string(), Count),
  params: array(string()),
  model: optional(array(string())),
  debounceMs: optional(Count),
  maxReconnects: optional(Count),
});

/** Of a form: what is wrong with each of its fields. */
const FieldMessages = record(string(), string());
const Refusal = object({
  code: string(),
  field: optional(string()),
  fields: optional(FieldMessages),
  message: string(),
});

const up = <S>(struct: Struct<S, unknown>) => ({ direction: "up", struct }) as const;
const down = <S>(struct: Struct<S, unknown>) => ({ direction: "down", struct }) as const;

export const frames = {
  /** The first frame of a connection: who comes, and what it knows. */
  hello: up(
    object({
      type: literal("hello"),
      protocol: Count,
      client: optional(size(string(), 0, 512)),
      csrf: optional(size(string(), 0, 512)),
      /** A random number: two pages that were made of the same HTML come with the same `client`. */
      copy: optional(number()),
      /** The number of the last letter (a call or an event) that came to this page. */
      heard: optional(Count),
      stores: size(array(Subscription), 0, 64),
    }),
  ),
  subscribe: up(object({ type: literal("subscribe"), ...subscription })),
  /** Of an instance of a live component: ends it. */
  unsubscribe: up(object({ type: literal("unsubscribe"), store: Count })),
  /**
   * Batches `n`, `n + 1`, ... of one writer, all made on version `v`, each on those before it. The first one that
   * is refused ends the message: those behind it come again, without it.
   */
  write: up(
    object({
      type: literal("SYNC"),
      store: Count,
      n: min(Count, 1),
      v: Count,
      batches: size(array(BatchFrame), 1, MAX_MESSAGE_OPS),
    }),
  ),
  /** The same: letters up to `heard` need not be kept for this page any more. */
  pong: up(object({ type: literal("pong"), heard: optional(Count) })),
  /** Runs a realtime function of the server. */
  call: up(object({ type: literal("call"), name: Name, args: Args })),
  /** An event of this page, for the server's handlers that take it. */
  event: up(object({ type: literal("event"), event: Name, data: optional(any()) })),
  /** Asks for a `ping` at once: does this link still stand? */
  probe: up(object({ type: literal("probe") })),

  /** Nothing flows before it. `client` is the signed id to come back with, `self` what all may know of it. */
  welcome: down(
    object({
      type: literal("welcome"),
      protocol: Count,
      client: string(),
      self: object({ id: string(), user: optional(record(string(), any())) }),
      heartbeatMs: Count,
      /** The letters above this number follow. */
      heard: Count,
      /** Not all of them: there were more than are kept. */
      lost: optional(literal(true)),
    }),
  ),
  /**
   * The answer to a subscription: what was missed (`patches`), or everything (`value`); never a part. `id` is the
   * store's number from now on, `last` the last number taken from this writer; with `refusal` that one was refused.
   */
  state: down(
    object({
      type: literal("state"),
      store: Name,
      id: Count,
      epoch: Name,
      version: Count,
      last: Count,
      refusal: optional(Refusal),
      patches: optional(array(object({ ops: Ops, n: optional(Count) }))),
      value: optional(any()),
      /** The store has a view: what is written to it names list elements by their ids. */
      view: optional(literal(true)),
      /** The store is an instance of a live component. */
      live: optional(About),
      /** The names of its actions, for a page to which it is untyped. */
      actions: optional(array(Name)),
    }),
  ),
  /** What made version `v` of version `v - 1`. */
  patch: down(object({ type: literal("SYNC"), store: Count, v: Count, ops: Ops })),
  /**
   * Batch `n` and all before it are committed, up to version `v`. With `ops`: this one batch became these ops.
   * Without `v`: it changed nothing and made no version (`ops` is empty), or it had been acknowledged before.
   */
  ack: down(object({ type: literal("ack"), store: Count, n: Count, v: optional(Count), ops: optional(Ops) })),
  /**
   * `re`: the number of the batch, `store` the number of its store; with its name the subscription is refused, without
   * either the connection. With `retryAfterMs` nothing is refused, but has to come again; with E_SEQ `next` is due.
   */
  error: down(
    object({
      type: literal("error"),
      re: optional(Count),
      store: optional(union([Count, Name])),
      /** The name of a call or an event that was not taken. */
      call: optional(Name),
      code: string(),
      field: optional(string()),
      fields: optional(FieldMessages),
      message: string(),
      retryAfterMs: optional(Count),
      next: optional(Count),
      /** Where the server's own code failed. In development alone. */
      stack: optional(string()),
    }),
  ),
  ping: down(object({ type: literal("ping") })),
  /** Runs a function of the page. `i` numbers calls and events, all together; a page may see some numbers only. */
  invoke: down(object({ type: literal("call"), i: Count, name: Name, args: Args })),
  told: down(object({ type: literal("event"), i: Count, event: Name, data: optional(any()) })),
} as const;

type Table = typeof frames;
type Of<K extends keyof Table> = Infer<Table[K]["struct"]>;
type Kinds<D> = { [K in keyof Table]: Table[K]["direction"] extends D ? K : never }[keyof Table];

export type Frame<K extends keyof Table> = Of<K>;
export type UpFrame = { [K in Kinds<"up">]: Of<K> }[Kinds<"up">];
/** What the server says of a store. */
export type StoreFrame = Frame<"state" | "patch" | "ack" | "error">;
export type DownFrame = { [K in Kinds<"down">]: Of<K> }[Kinds<"down">];
