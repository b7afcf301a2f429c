import { is, type Struct } from "superstruct";
import { frames } from "../../../src/wire/frames.ts";
import { assert, suite, test } from "../../support/suite.ts";

type Kind = keyof typeof frames;

/** Frames that fit, and frames that do not, of each kind. */
const examples: Record<Kind, { good: object[]; bad: object[] }> = {
  hello: {
    good: [
      { type: "hello", protocol: 1, stores: [] },
      { type: "hello", protocol: 1, client: "c", csrf: "t", copy: 0.5, stores: [{ store: "chat", life: 1 }] },
      { type: "hello", protocol: 1, stores: [{ store: "room/42", life: 2, epoch: "e", version: 7 }] },
    ],
    bad: [
      { type: "hello", stores: [] },
      { type: "hello", protocol: "1", stores: [] },
      { type: "hello", protocol: 1, stores: Array.from({ length: 65 }, () => ({ store: "a", life: 1 })) },
      { type: "hello", protocol: 1, stores: [{ store: "", life: 1 }] },
      { type: "hello", protocol: 1, stores: [], client: "x".repeat(513) },
      { type: "hello", protocol: 1, stores: [], copy: "c" },
      { type: "hello", protocol: 1, stores: [], admin: true },
    ],
  },
  subscribe: {
    good: [
      { type: "subscribe", store: "chat", life: 1 },
      { type: "subscribe", store: "chat", life: 1, epoch: "e", version: 0 },
    ],
    bad: [
      { type: "subscribe", store: 1, life: 1 },
      { type: "subscribe", store: "x".repeat(193), life: 1 },
      { type: "subscribe", store: "chat", life: -1 },
      { type: "subscribe", store: "chat", life: 1, version: 1.5 },
    ],
  },
  unsubscribe: { good: [{ type: "unsubscribe", store: 1 }], bad: [{ type: "unsubscribe", store: "chat" }] },
  write: {
    good: [
      { type: "SYNC", store: 1, n: 1, v: 0, batches: [[]] },
      {
        type: "SYNC",
        store: 1,
        n: 1,
        v: 0,
        batches: [
          [
            ["set", ["a"], { any: [1, null] }],
            ["delete", ["a", "b"]],
            ["increment", ["n"], 1],
            ["splice", ["list", 0], 1],
            ["splice", ["list", 0], 0, [1]],
            ["move", ["list", 3], 0],
          ],
          { action: "add", args: ["x"], seed: 1, at: 5 },
        ],
      },
    ],
    bad: [
      { type: "SYNC", store: 1, n: 0, v: 0, batches: [[]] },
      { type: "SYNC", store: 1, n: 2 ** 53, v: 0, batches: [[]] },
      { type: "SYNC", store: 1, n: 1, v: 0, batches: [] },
      { type: "SYNC", store: 1, n: 1, v: 0, batches: Array.from({ length: 101 }, () => []) },
      ...[
        ["set", [], 1],
        ["set", ["a".repeat(129)], 1],
        ["set", Array.from({ length: 17 }, () => "a"), 1],
        ["set", ["a", -1], 1],
        ["set", ["a", 1.5], 1],
        ["set", ["a", null], 1],
        ["increment", ["n"], "1"],
        ["splice", ["list", 0], -1],
        ["splice", ["list", 0], 1, "x"],
        ["move", ["list", 0]],
        ["move", ["list", 0], 1, 2],
        ["constructor", ["a"]],
        ["__proto__", ["a"]],
        [],
        null,
        "set",
      ].map((op) => ({ type: "SYNC", store: 1, n: 1, v: 0, batches: [[op]] })),
      ...[
        { action: "", args: [], seed: 1, at: 1 },
        { action: "add", args: {}, seed: 1, at: 1 },
        { action: "add", args: Array.from({ length: 33 }, () => 1), seed: 1, at: 1 },
        { action: "add", args: [], seed: -1, at: 1 },
        { action: "add", args: [], at: 1 },
        null,
        "add",
      ].map((batch) => ({ type: "SYNC", store: 1, n: 1, v: 0, batches: [batch] })),
    ],
  },
  probe: { good: [{ type: "probe" }], bad: [{ type: "probe", more: 1 }] },
  pong: { good: [{ type: "pong" }, { type: "pong", heard: 7 }], bad: [{ type: "pong", more: 1 }] },
  call: {
    good: [{ type: "call", name: "chat.keystroke", args: [1, { any: null }] }],
    bad: [
      { type: "call", name: "", args: [] },
      { type: "call", name: "chat.keystroke" },
      { type: "call", name: "chat.keystroke", args: Array.from({ length: 33 }, () => 1) },
    ],
  },
  event: {
    good: [
      { type: "event", event: "moved" },
      { type: "event", event: "moved", data: { x: 1 } },
    ],
    bad: [{ type: "event" }, { type: "event", event: "x".repeat(193) }],
  },
  invoke: {
    good: [{ type: "call", i: 1, name: "toast.notify", args: ["hello"] }],
    bad: [{ type: "call", name: "toast.notify", args: [] }],
  },
  told: {
    good: [{ type: "event", i: 1, event: "started", data: [1] }],
    bad: [{ type: "event", event: "started" }],
  },
  welcome: {
    good: [
      {
        type: "welcome",
        protocol: 1,
        client: "t",
        self: { id: "c", user: { name: "Ada" } },
        heartbeatMs: 25_000,
        heard: 0,
      },
    ],
    bad: [{ type: "welcome", protocol: 1, client: "t", self: {}, heartbeatMs: 25_000 }],
  },
  state: {
    good: [
      { type: "state", store: "chat", id: 1, epoch: "e", version: 0, last: 0, value: {} },
      {
        type: "state",
        store: "chat",
        id: 1,
        epoch: "e",
        version: 3,
        last: 2,
        patches: [{ ops: [["set", ["a"], 1]], n: 2 }],
      },
      {
        type: "state",
        store: "chat",
        id: 1,
        epoch: "e",
        version: 3,
        last: 2,
        patches: [],
        refusal: { code: "E_FORBIDDEN", message: "" },
      },
    ],
    bad: [{ type: "state", store: "chat", id: 1, epoch: "e", version: 3, last: 2, patches: [[]] }],
  },
  patch: {
    good: [{ type: "SYNC", store: 1, v: 1, ops: [["set", ["a"], 1]] }],
    bad: [{ type: "SYNC", store: 1, v: 1, ops: [["set", ["a"]], 1] }],
  },
  ack: {
    good: [
      { type: "ack", store: 1, n: 1 },
      { type: "ack", store: 1, n: 1, v: 2, ops: [] },
    ],
    bad: [{ type: "ack", store: 1 }],
  },
  error: {
    good: [
      { type: "error", code: "E_BAD_MESSAGE", message: "" },
      { type: "error", store: "chat", code: "E_FORBIDDEN", message: "" },
      { type: "error", store: 1, re: 4, code: "E_VALIDATION", field: "a.0", message: "", retryAfterMs: 5 },
    ],
    bad: [
      { type: "error", message: "" },
      { type: "error", code: "E_SEQ", message: "", re: "4" },
    ],
  },
  ping: { good: [{ type: "ping" }], bad: [{ type: "PING" }] },
};

for (const kind of Object.keys(frames) as Kind[]) {
  const struct = frames[kind].struct as unknown as Struct<unknown, null>;
  suite(`the frame "${kind}"`, () => {
    for (const frame of examples[kind].good)
      test(`lets through ${JSON.stringify(frame)}`, () => assert.ok(is(frame, struct)));
    for (const frame of examples[kind].bad)
      test(`refuses ${JSON.stringify(frame).slice(0, 120)}`, () => assert.ok(!is(frame, struct)));
  });
}
