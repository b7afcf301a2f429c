/**
 * What an app's modules export, with the types that are inferred: `test/e2e/package.test.ts` has their declarations written,
 * as `declaration` and `composite` projects do, which takes names for all of them.
 */
import { LitElement, type TemplateResult } from "lit";
import { array, integer, object, optional, string } from "superstruct";
import { callback, client, html, local, remote, shared, snapshot, writable } from "violet-live";
import {
  each,
  from,
  LiveElement,
  SocketController,
  StoreController,
  Violet,
  VioletElement,
} from "violet-live/elements";
import { live, memory, server, sqlite, violet } from "violet-live/server";
import { database, model, persistent } from "violet-live/sql";

const state = object({ n: integer(), rows: array(object({ id: string(), note: optional(string()) })) });
const initial = () => ({ n: 0, rows: [] });

export const menu = local("menu", { initial: () => ({ open: false }) });
export const draft = local("draft", {
  state,
  initial,
  persist: "session",
  reflect: ["n"],
  actions: (action) => ({
    count: action((state) => {
      state.n++;
    }),
  }),
});
export const word = local("word", { initial: () => "" });
export const plain = shared("plain", { state, initial });
export const boxed = shared("boxed", { state: integer(), initial: () => 0 });
export const counted = shared("counted", { state, initial, serverOnly: ["n"] });
export const acted = shared("acted", {
  state,
  initial,
  serverOnly: ["n"],
  actions: (action) => ({
    add: action([integer(), optional(string())], (state, by) => {
      state.n += by;
    }),
  }),
});
export const rooms = shared.family("rooms", { state, initial });
export const lobbies = shared.family("lobbies", {
  state,
  initial,
  serverOnly: ["rows"],
  actions: (action) => ({
    enter: action([string()], ({ rows }, id) => {
      rows.push({ id });
    }),
  }),
});
export const room = (key: string) => rooms(key);
export const lobby = (key: string) => lobbies(key);
export const whole = () => snapshot(acted);
export const firstRow = () => writable(snapshot(plain).rows[0] ?? { id: "" });
export const onServer = server.store(acted);

export const counter = live({
  state,
  initial,
  callbacks: (callback) => ({
    one: (state) => {
      state.n++;
    },
    add: callback([integer()], (state, by) => {
      state.n += by;
    }),
  }),
});
export const timer = live({
  state,
  initial: async () => initial(),
  params: object({ start: integer() }),
  model: ["n"],
});

export const search = server.rpc([string()], async (text, { client }) => text + client.id);
export const size = server.rpc([string()], integer(), (text) => text.length);
export const move = server.realtime([integer()], () => {});
export const toast = client.realtime([string()], () => {});
export const far = remote<{ search: typeof search; move: typeof move; counter: typeof counter }>("far", {
  move: "realtime",
  counter: "live",
});

export const people = model("people", object({ id: integer(), name: string() }), { key: "id" });
export const person = (id: number) => persistent(people, { id });
export const tables = database(":memory:");
export const app = violet({ backend: memory(), database: tables });
export const { middleware, on, page, run } = app;
export const file = sqlite("states.db");

export const Counter = LiveElement(counter);
export const Other = Violet(LitElement);
export class CounterCard extends LiveElement(counter) {
  override render(): TemplateResult {
    return html`<button @click=${this.live.one}>${this.state.n}</button>`;
  }
}
export class Rows extends VioletElement {
  @from(plain) accessor rows!: readonly { readonly id: string }[];
  readonly store = new StoreController(this, () => acted);
  readonly socket = new SocketController(this);
  readonly save = callback([string()], () => {});

  override render() {
    return each(
      this.rows,
      ({ id }) => id,
      ({ id }) => html`<li>${id}</li>`,
    );
  }
}
