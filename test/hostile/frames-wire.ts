/** WebSocket frames as no browser makes them. */

export interface FrameParts {
  /** 1: text, 2: binary, 0: goes on, 8: close, 9: ping, 10: pong. Default 1. */
  readonly opcode?: number;
  readonly fin?: boolean;
  /** The three reserved bits; 4 is RSV1, which says "compressed". */
  readonly rsv?: number;
  readonly isMasked?: boolean;
  /** What is announced; default: what is there. */
  readonly length?: number | bigint;
}

/** By zeros: a masked frame is then its payload behind a header. */
const MASK = Buffer.alloc(4);

export function frame(
  payload: string | Uint8Array,
  { opcode = 1, fin = true, rsv = 0, isMasked = true, length }: FrameParts = {},
): Buffer {
  const data = typeof payload === "string" ? Buffer.from(payload) : payload;
  const mark = isMasked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const size = length ?? data.length;
  let header: Buffer;
  if (size < 126) header = Buffer.from([first, mark | Number(size)]);
  else if (size < 65_536) {
    header = Buffer.from([first, mark | 126, 0, 0]);
    header.writeUInt16BE(Number(size), 2);
  } else {
    header = Buffer.from([first, mark | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat(isMasked ? [header, MASK, data] : [header, data]);
}

/** One message in parts: the first one of its kind, the others going on, the last one ending it. */
export const fragments = (parts: readonly (string | Uint8Array)[], isEnded = true): Buffer =>
  Buffer.concat(
    parts.map((part, index) =>
      frame(part, { opcode: index ? 0 : 1, fin: isEnded && index === parts.length - 1 }),
    ),
  );

/** A close frame with any code, or none. */
export function closing(code?: number, reason: string | Uint8Array = ""): Buffer {
  if (code === undefined) return frame("", { opcode: 8 });
  const data = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)]);
  data.writeUInt16BE(code);
  return frame(data, { opcode: 8 });
}

const invalidUtf8 = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
] as const;

/**
 * What ends a connection, with the code that says why: Autobahn's groups by name. 1006: the server has nobody left to
 * tell.
 */
export const violations: readonly (readonly [name: string, code: number, bytes: Buffer])[] = [
  ["a binary message", 1003, frame("{}", { opcode: 2 })],
  ["a binary message of nothing", 1003, frame("", { opcode: 2 })],
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv): [string, number, Buffer] => [
    `reserved bits ${rsv}`,
    1002,
    frame("{}", { rsv }),
  ]),
  ...[3, 7, 11, 15].map((opcode): [string, number, Buffer] => [
    `opcode ${opcode}`,
    1002,
    frame("", { opcode }),
  ]),
  ["a frame without a mask", 1002, frame("{}", { isMasked: false })],
  ["a long ping", 1002, frame("x".repeat(126), { opcode: 9 })],
  ["a ping in parts", 1002, frame("", { opcode: 9, fin: false })],
  ["a close in parts", 1002, frame("", { opcode: 8, fin: false })],
  ["a close of one byte", 1002, frame("x", { opcode: 8 })],
  ...[0, 999, 1004, 1005, 1006, 1015, 1100, 2999, 5000, 65_535].map((code): [string, number, Buffer] => [
    `close ${code}`,
    1002,
    closing(code),
  ]),
  ["a close with a reason that is no UTF-8", 1007, closing(1000, Buffer.from([0xff]))],
  ["what goes on from nothing", 1002, frame("", { opcode: 0 })],
  [
    "a second start within a message",
    1002,
    Buffer.concat([frame("{", { fin: false }), frame("}", { fin: true })]),
  ],
  ...invalidUtf8.map((bytes): [string, number, Buffer] => [
    `no UTF-8: ${Buffer.from(bytes).toString("hex")}`,
    1007,
    frame(Buffer.concat([Buffer.from('{"type":"'), Buffer.from(bytes), Buffer.from('"}')])),
  ]),
  ["no UTF-8 over two parts", 1007, fragments([Buffer.from([0xe2, 0x82]), Buffer.from([0x28])])],
  ["an announced length of 65,537", 1009, frame("", { length: 65_537 })],
  ["an announced length of 2^32", 1009, frame("", { length: 2 ** 32 })],
  ["an announced length of 2^53", 1009, frame("", { length: 2n ** 53n })],
  ["an announced length of 2^63", 1009, frame("", { length: 2n ** 63n })],
  ["65 parts", 1008, fragments(Array.from({ length: 66 }, () => "x"))],
  ["65 parts of nothing", 1008, fragments(Array.from({ length: 66 }, () => ""))],
  ["a message over the limit in parts", 1009, fragments(["x".repeat(40_000), "x".repeat(40_000)])],
];
