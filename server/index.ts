/** `violet-live/server`: the app, its pages and its stores on the server. */
import "./node-version.ts";

export { type VioletApp, violet } from "./app.ts";
export type { Backend } from "./backends/backend.ts";
export { type MemoryOptions, memory } from "./backends/memory.ts";
export { type SqliteOptions, sqlite } from "./backends/sqlite.ts";
export type { CallContext } from "./calls/functions.ts";
export type { Modules } from "./calls/registry.ts";
export type { EventContext, LifeCycleEvent, On, ServerEvents } from "./events.ts";
export type { Counters } from "./hub/counters.ts";
export type { Limits } from "./limits.ts";
export type { LiveContext } from "./live/component.ts";
export { type LiveComponent, type LiveOptions, live } from "./live/live.ts";
export type { Logger } from "./logger.ts";
export type { Middleware, ReconnectOptions, SessionMiddleware, VioletOptions } from "./options.ts";
export type { PageOptions, PageRequest, PageTemplate } from "./render/page.ts";
export type { PagesOptions } from "./render/pages.ts";
export { server } from "./server.ts";
export type { Session } from "./session.ts";
