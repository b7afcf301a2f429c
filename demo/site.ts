import { type AddressInfo, isIPv6 } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { html } from "violet-live";
import { type VioletApp, type VioletOptions, violet } from "violet-live/server";
import { gallery } from "./gallery/gallery.ts";
import { head, livePage } from "./layout.ts";
import { type Page, pages } from "./pages.ts";
import "violet-live/tags";
import "./chat/chat.server.ts";
import "./chat/chat-room.ts";
import * as counter from "./counter/counter.server.ts";
import "./counter/counter-card.ts";
import * as dashboard from "./dashboard/dashboard.server.ts";
import "./dashboard/sales-dashboard.ts";
import "./game/game-board.ts";
import * as notifyClient from "./notify/notify.client.ts";
import * as notifyServer from "./notify/notify.server.ts";
import "./notify/notify-panel.ts";
import "./poll/poll.ts";
import * as profile from "./profile/profile.server.ts";
import { profilePage } from "./profile/profile-page.ts";
import { profilesIn } from "./profile/profiles.ts";
import * as progress from "./progress/progress.server.ts";
import "./progress/progress-card.ts";
import "./rooms/room-talk.ts";
import { room } from "./rooms/rooms.ts";
import "./search/currency-search.ts";
import * as search from "./search/search.server.ts";
import "./settings/settings-panel.ts";
import * as signup from "./signup/signup.server.ts";
import "./signup/signup-form.ts";
import "./telemetry/pointer-field.ts";
import * as telemetryClient from "./telemetry/telemetry.client.ts";
import * as telemetryServer from "./telemetry/telemetry.server.ts";
import "./todos/todo-list.ts";
import "./visitors/visitor-badge.ts";
import "./visitors/visitor-counter.ts";

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const elements: Readonly<Record<string, unknown>> = {
  chat: html`<chat-room></chat-room>`,
  visitors: html`<visitor-counter></visitor-counter>`,
  todos: html`<todo-list></todo-list>`,
  game: html`<game-board></game-board>`,
  settings: html`<settings-panel></settings-panel>`,
  counter: html`<div class="pair"><counter-card></counter-card><counter-card start="10"></counter-card></div>`,
  progress: html`<progress-card></progress-card>`,
  dashboard: html`<sales-dashboard></sales-dashboard>`,
  signup: html`<signup-form></signup-form>`,
  profile: profilePage,
  search: html`<currency-search></currency-search>`,
  notify: html`<notify-panel></notify-panel>`,
  telemetry: html`<pointer-field></pointer-field>`,
};

/** What may be called, by the names of the files. */
const modules = {
  counter,
  progress,
  dashboard,
  signup,
  profile,
  search,
  notify: { ...notifyServer, ...notifyClient },
  telemetry: { ...telemetryServer, ...telemetryClient },
};

/** Nothing but the site's own files, and HTML from Lit's templates alone. */
export const securityPolicy =
  "default-src 'self'; require-trusted-types-for 'script'; trusted-types lit-html; base-uri 'none'; object-src 'none'";

/** The demo as an Express site and the Violet app in it. */
export function createSite(options: VioletOptions = {}) {
  const app = violet({ modules, database: profilesIn(":memory:"), ...options });
  const site = express();
  site.disable("x-powered-by");
  site.use((_request, response, next) => {
    response.setHeader("Content-Security-Policy", securityPolicy);
    next();
  });
  site.use(app.middleware);
  site.get("/", app.page(gallery, { title: "Violet: live web components", head }));
  for (const page of pages) {
    const element = elements[page.name];
    if (element)
      site.get(
        page.path,
        app.page(() => livePage(page, element), optionsOf(page)),
      );
  }
  addRooms(site, app, options);
  // No module of its own: the one that Violet serves does.
  site.get("/poll.html", app.pages(folder("public")));
  site.use(app.pages(folder("public"), { client: "/assets/visitors.js" }));
  site.use(express.static(folder("public")));
  site.use("/assets", express.static(folder("../dist/demo")));
  return { app, site };
}

const optionsOf = ({ name, title }: Page) => ({
  title: `${title} · Violet`,
  head,
  client: `/assets/${name}.js`,
});

/** One page for all rooms, by their names. */
function addRooms(site: Express, app: VioletApp, { backend }: VioletOptions) {
  const page = pages.find(({ name }) => name === "rooms") as Page;
  const isKept = backend !== undefined && backend.durability !== "volatile";
  site.get("/rooms", ({ query: { name } }, response) =>
    response.redirect(`/rooms/${typeof name === "string" ? encodeURIComponent(name) : "lobby"}`),
  );
  site.get(
    "/rooms/:name",
    ({ params: { name } }, _, next) => next(/^[\w-]{1,64}$/.test(name) ? undefined : "route"),
    app.page(
      ({ params: { name } }) => livePage(page, html`<room-talk room=${name} ?kept=${isKept}></room-talk>`),
      {
        ...optionsOf(page),
        title: ({ params: { name } }) => `${name} · Violet`,
        stores: ({ params: { name } }) => [room(name as string)],
      },
    ),
  );
}

/** Starts the site; port 0 takes a free one. */
export async function startSite({ port, host, ...options }: { port: number; host: string } & VioletOptions) {
  const { app, site } = createSite(options);
  const server = await app.listen(site, port, host);
  const url = `http://${isIPv6(host) ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  return { app, url, close: () => app.close() };
}
