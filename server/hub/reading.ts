import { type ErrorCode, VioletError } from "../../src/errors.ts";
import { type AnyStruct, refusalOf } from "../../src/state/struct.ts";
import { frames, type UpFrame } from "../../src/wire/frames.ts";
import { MAX_MESSAGE_OPS } from "../../src/wire/protocol.ts";
import { type MessageLimits, scan } from "./scan.ts";

/** So many levels of a message are the frame's own: its batches, their ops, and the ops' values. */
const ENVELOPE_DEPTH = 6;

/** The structs of what pages send, by `type`. */
const structs = new Map<unknown, AnyStruct>(
  Object.values(frames).flatMap(({ direction, struct }) => {
    const { type } = struct.schema as unknown as { type: AnyStruct };
    return direction === "up" ? [[type.schema, struct]] : [];
  }),
);

/** What arrived, as a frame that fits the table; or the code of what is wrong with it. */
export function read(text: string, limits: MessageLimits): UpFrame | ErrorCode {
  const code = scan(text, limits, ENVELOPE_DEPTH);
  if (code) return code;
  const frame = parse(text) as { type?: unknown } | null | undefined;
  const struct = structs.get(frame?.type);
  if (!struct || refusalOf(struct, frame)) return "E_BAD_MESSAGE";
  return opsIn(frame as UpFrame) > MAX_MESSAGE_OPS ? "E_TOO_BIG" : (frame as UpFrame);
}

/** How many ops a frame brings. A call counts as one. */
export const opsIn = (frame: UpFrame): number =>
  frame.type === "SYNC"
    ? frame.batches.reduce((sum, batch) => sum + (Array.isArray(batch) ? batch.length : 1), 0)
    : 0;

/** A text from outside as plain JSON, if it keeps the limits; else the code of what is wrong with it. */
export function parseChecked(text: string, limits: MessageLimits): unknown {
  const code = scan(text, limits, ENVELOPE_DEPTH);
  if (code) throw new VioletError(code, {}, { origin: "peer" });
  return parse(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
