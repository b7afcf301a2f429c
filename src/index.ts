/** `violet-live`: stores, events and the page's runtime, for Node and browsers. */
export type { BrowserEvents } from "./calls/bus.ts";
export { type ClientFunction, type ClientMarks, client } from "./calls/client.ts";
export { remote } from "./calls/remote.ts";
export type { CallOptions, Realtime, Rpc } from "./calls/types.ts";
export { type ErrorCode, type ErrorOrigin, VioletError } from "./errors.ts";
export { callback } from "./events/callback.ts";
export { html } from "./events/html.ts";
export type { Marked } from "./events/marks.ts";
export { on } from "./events/on.ts";
export { trusted } from "./events/trusted.ts";
export { getRuntime, type StartOptions, start, type Violet } from "./page.ts";
export { type PagePayload, Runtime, type RuntimeOptions, type Status } from "./runtime.ts";
export type { ActionContext } from "./state/context.ts";
export type { AccessRules, Change, Client, User } from "./state/definition.ts";
export {
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
} from "./state/helpers.ts";
export type { Live, LiveCallback, LiveCalls, LiveError } from "./state/live.ts";
export { local } from "./state/local.ts";
export { shared } from "./state/shared.ts";
export type { Action, Family, Infer, Mutable, NoActions, Snapshot, Store } from "./state/types.ts";
export { writable } from "./state/writable.ts";
