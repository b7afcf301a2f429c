/** Lines that must and must not compile; nothing here runs. `npm run types` checks them. */
import {
  array,
  boolean,
  enums,
  integer,
  nullable,
  number,
  object,
  optional,
  size,
  string,
} from "superstruct";
import {
  increment,
  isLoaded,
  load,
  loaded,
  move,
  pending,
  settled,
  snapshot,
  subscribe,
  transaction,
} from "../../src/state/helpers.ts";
import { local } from "../../src/state/local.ts";
import { shared } from "../../src/state/shared.ts";
import type { Infer, Mutable, Snapshot } from "../../src/state/types.ts";
import { writable } from "../../src/state/writable.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const same: <A, B>(isEqual: Equal<A, B>) => void;

const Message = object({
  id: string(),
  user: string(),
  text: size(string(), 1, 500),
  color: optional(string()),
});
type Message = Infer<typeof Message>;

// A store with actions and serverOnly keys

const chat = shared("chat", {
  state: object({
    messages: size(array(Message), 0, 500),
    online: number(),
    stats: object({ sent: number() }),
  }),
  initial: () => ({ messages: [], online: 0, stats: { sent: 0 } }),
  serverOnly: ["online", "stats"],
  actions: (action) => ({
    send: action([string(), optional(integer())], (state, text, times, { client, id, now, random }) => {
      same<typeof times, number | undefined>(true);
      state.messages.push({ id: id(), user: client.user?.name ?? "guest", text });
      state.online += now() + random();
      // @ts-expect-error: no such key
      void state.mesages;
      // @ts-expect-error: an element of another type
      state.messages.push({ id: 1 });
    }),
    clear: action((state, { client }) => {
      state.messages.length = 0;
      void client.id;
    }),
  }),
  access: {
    read: (client, { key, session }) => client.id !== "" && key === undefined && session !== null,
    write: async (_client, { via, action }) => via === "action" && action === "send",
    view: (state) => ({ messages: state.messages }),
  },
  migrate: (old, from) => ({ messages: [], online: from, stats: old as { sent: number } }),
});

chat.send("hello");
chat.send("hello", 2);
chat.clear();
chat.messages.push({ id: "1", user: "Ada", text: "hi" });
same<typeof chat.messages, Message[]>(true);
same<typeof chat.online, number>(true);
// @ts-expect-error: an argument is missing
chat.send();
// @ts-expect-error: an argument of another type
chat.send(1);
// @ts-expect-error: an argument too many
chat.send("hello", 2, 3);
// @ts-expect-error: no such action
chat.sned("hello");
// @ts-expect-error: no such key
void chat.mesages;
// @ts-expect-error: written by the server alone
chat.online = 1;
// @ts-expect-error: written by the server alone, all the way down
chat.stats.sent = 1;
// @ts-expect-error: written by the server alone
increment(chat, "online");
// @ts-expect-error: not a part of a message
void chat.messages[0].txt;
// @ts-expect-error: an action is not written to
chat.send = () => {};

shared("wrong", {
  state: object({ count: number() }),
  // @ts-expect-error: not what the struct says
  initial: () => ({ count: "0" }),
});
// @ts-expect-error: initial is missing
shared("wrong", { state: object({ count: number() }) });
shared("wrong", {
  state: object({ count: number() }),
  initial: () => ({ count: 0 }),
  // @ts-expect-error: no such key
  serverOnly: ["cuont"],
});
shared("wrong", {
  state: object({ count: number() }),
  initial: () => ({ count: 0 }),
  // @ts-expect-error: an action may not have the name of a state key
  actions: (action) => ({
    count: action((state) => {
      state.count++;
    }),
  }),
});
shared("wrong", {
  state: object({ count: number() }),
  initial: () => ({ count: 0 }),
  actions: (action) => ({
    // @ts-expect-error: an action is synchronous
    later: action(async (state) => {
      state.count++;
    }),
  }),
});
shared("wrong", {
  state: object({ count: number() }),
  initial: () => ({ count: 0 }),
  actions: (action) => ({
    // @ts-expect-error: more parameters than structs
    add: action([number()], (state, by: number, more: number, _context: object) => {
      state.count += by + more;
    }),
  }),
});

// Literal types, unions and null survive

const light = shared("light", {
  state: object({ color: enums(["red", "green"]), on: boolean(), note: nullable(string()) }),
  initial: () => ({ color: "red", on: true, note: null }),
});
same<typeof light.color, "red" | "green">(true);
light.note = "x";
// @ts-expect-error: not one of them
light.color = "blue";

// A state that is no object

const visits = shared("visits", { state: number(), initial: () => 0 });
visits.value++;
increment(visits, "value", 2);
const names = shared("names", {
  state: array(string()),
  initial: () => [],
  actions: (action) => ({
    add: action([string()], (state, name) => {
      state.value.push(name);
    }),
  }),
});
names.value.push("Ada");
names.add("Bob");
// @ts-expect-error: it stands under value
names.push("Ada");
const guarded = shared("guarded", { state: number(), initial: () => 0, serverOnly: ["value"] });
// @ts-expect-error: written by the server alone
guarded.value = 1;

// Families

const room = shared.family("room", {
  key: string(),
  state: object({ topic: string(), count: number() }),
  initial: (key) => ({ topic: key, count: 0 }),
  serverOnly: ["count"],
  actions: (action) => ({
    rename: action([string()], (state, topic) => {
      state.topic = topic;
    }),
  }),
});
room("42").rename("new");
room("42").topic = "new";
void load(room("42"));
// @ts-expect-error: written by the server alone
room("42").count = 1;
// @ts-expect-error: keys are strings
room(42);
// @ts-expect-error: a family is not a store
void room.topic;
// @ts-expect-error: a family is not a store
subscribe(room, () => {});

// Local stores

const ui = local("ui", {
  initial: (request) => ({ theme: request?.cookies.theme ?? "light", open: request?.url === "/" }),
  persist: true,
  reflect: ["theme"],
  actions: (action) => ({
    toggle: action((state) => {
      state.open = !state.open;
    }),
  }),
});
same<typeof ui.theme, string>(true);
ui.open = !ui.open;
ui.toggle();
// @ts-expect-error: of another type
ui.theme = 1;
// @ts-expect-error: no such key to reflect
local("wrong", { initial: () => ({ theme: "light" }), reflect: ["them"] });
// @ts-expect-error: no such storage
local("wrong", { initial: () => ({ theme: "light" }), persist: "disk" });

const settings = local("settings", {
  state: object({ theme: enums(["system", "light", "dark"]), sidebar: boolean() }),
  initial: () => ({ theme: "system" as const, sidebar: true }),
  persist: "cookie",
  reflect: ["theme"],
});
settings.theme = "dark";
// @ts-expect-error: not one of them
settings.theme = "blue";
const count = local("count", { initial: () => 0 });
count.value++;

// Helpers

subscribe(chat, (state) => {
  same<typeof state, Snapshot<{ messages: Message[]; online: number; stats: { sent: number } }>>(true);
  // @ts-expect-error: a snapshot is read-only
  state.messages.push({ id: "1", user: "Ada", text: "hi" });
});
subscribe(visits, ({ value }) => value.toFixed());
const { messages } = snapshot(chat);
const [row] = messages;
if (row) {
  // @ts-expect-error: a snapshot is read-only, all the way down
  row.text = "changed";
  // @ts-expect-error: nor incremented
  increment(row, "id");
  writable(row).text = "changed";
  same<Mutable<typeof row>, Message>(true);
}
writable(messages).push({ id: "1", user: "Ada", text: "hi" });
snapshot(chat.messages).map(({ text }) => text);
same<number, ReturnType<typeof sum>>(true);
const sum = () => transaction(chat, () => 5);
move(chat.messages, 0, 1);
increment(light satisfies object as unknown as { n: number }, "n");
// @ts-expect-error: not a number
increment(light, "color");
// @ts-expect-error: no such key
increment(visits, "values");
const waits: Promise<void>[] = [settled(chat), loaded(room("42"))];
const facts: [number, boolean] = [pending(chat), isLoaded(room("42"))];
void [waits, facts];
// @ts-expect-error: not a store
void settled({ messages: [] });
