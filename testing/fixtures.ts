/** Parts of pages, rendered on a server, for tests in browsers: a plugin of @web/test-runner. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type VioletApp, violet } from "../server/app.ts";
import type { PageRequest, PageTemplate } from "../server/render/page.ts";
import { FIXTURES } from "./fixture-path.ts";

/** What `hydrated(name)` asks for: templates by name, each a part of a page. */
export type Parts = Readonly<Record<string, PageTemplate<PageRequest>>>;

/** A plugin of @web/test-runner, as far as it is one. */
export interface FixturesPlugin {
  readonly name: string;
  serverStart(args: { readonly server?: unknown }): Promise<void>;
  serve(context: FixtureRequest): Promise<FixtureAnswer | undefined>;
  serverStop(): Promise<void>;
}

export interface FixtureRequest {
  readonly path: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FixtureAnswer {
  readonly body: string;
  readonly type: string;
  readonly headers: Record<string, string>;
}

/**
 * Gives tests in browsers these parts, rendered anew each time by the app (default: one with default options) with the
 * state that it has; `hydrated(name)` of `violet-live/testing/browser` shows them. The app takes the sockets of the test
 * runner's server: pages of tests are live. It is closed with the runner. The configuration has to import the elements:
 *
 *     import { html } from "violet-live";
 *     import { fixtures } from "violet-live/testing";
 *     import "./chat-room.ts";
 *
 *     export default { plugins: [fixtures({ chat: () => html`<chat-room></chat-room>` })] };
 */
export function fixtures(parts: Parts, app: VioletApp = quietApp()): FixturesPlugin {
  const pages = new Map(
    // What the page would load is the test's own business.
    Object.entries(parts).map(([name, part]) => [
      FIXTURES + encodeURIComponent(name),
      app.page(part, { client: "data:," }),
    ]),
  );
  const server = createServer((request, response) => {
    const end = (error?: unknown) => response.writeHead(error ? 500 : 404).end();
    const page = pages.get(request.url ?? "");
    if (page) page(request, response, end);
    else app.middleware(request, response, end);
  });
  return {
    name: "violet-fixtures",
    async serverStart({ server: runner }) {
      await app.ready;
      app.attach(runner as Server);
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    },
    async serve({ path, url, headers: { cookie } }) {
      if (!path.startsWith("/_violet/") && !path.startsWith(FIXTURES)) return undefined;
      const { port } = server.address() as AddressInfo;
      const headers: Record<string, string> = typeof cookie === "string" ? { cookie } : {};
      return answerOf(await fetch(`http://127.0.0.1:${port}${url}`, { headers }), path);
    },
    async serverStop() {
      await app.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

const quietApp = (): VioletApp =>
  violet({ logger: { info() {}, warn() {}, error: (facts, message) => console.error(message, facts) } });

/** Of a part the text: what the runner takes for HTML it would change. */
async function answerOf(response: Response, path: string): Promise<FixtureAnswer> {
  const [cookie] = response.headers.getSetCookie();
  const isPart = path.startsWith(FIXTURES);
  return {
    body: response.ok ? await response.text() : "",
    type: isPart ? "txt" : (response.headers.get("content-type") ?? "txt"),
    headers: { "violet-status": String(response.status), ...(cookie && { "set-cookie": cookie }) },
  };
}
