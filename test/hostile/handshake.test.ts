import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { integer } from "superstruct";
import { WebSocket } from "ws";
import { html, shared } from "../../src/index.ts";
import { PROTOCOL } from "../../src/wire/protocol.ts";
import { cookiesOf, type Page, payloadIn, type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import {
  type Asked,
  type Got,
  names,
  type Over,
  origins,
  type Proof,
  proofs,
  type Row,
  type SiteName,
  sessions,
  sites,
} from "./handshake-table.ts";

const store = shared("handshake-store", { state: integer(), initial: () => 0 });

interface Site extends Served {
  /** Pages of two sessions. */
  readonly pages: Readonly<Record<"own" | "other", Page>>;
}

async function open(name: SiteName): Promise<Site> {
  const { options, front } = sites[name];
  const served = await serve(
    (site, app) =>
      site.get(
        "/",
        app.page(() => html`<p>${store.value}</p>`),
      ),
    // All rows come from one address, and many in one session.
    { ...options, limits: { tokenFailures: 1000, socketsPerSession: 1000, socketsPerAddress: 1000 } },
  );
  return { ...served, pages: { own: await page(served, front), other: await page(served, front) } };
}

/** By hand: `fetch` sends no Host of ours. */
async function page({ url }: Served, headers: object): Promise<Page> {
  const { answer, body } = await ask(url, { headers });
  const cookies = answer.headers["set-cookie"] ?? [];
  return {
    status: answer.statusCode ?? 0,
    headers: new Headers(cookies.map((cookie): [string, string] => ["set-cookie", cookie])),
    html: body,
    payload: payloadIn(body),
  };
}

async function ask(url: string, options: object): Promise<{ answer: IncomingMessage; body: string }> {
  const sent = request(url, { agent: false, ...options }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { answer, body: Buffer.concat(await answer.toArray()).toString() };
}

/** With another letter in its middle. */
const tampered = (token: string): string => {
  const at = token.length >> 1;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
};

function proof(kind: Proof, { pages }: Site, of: (page: Page) => string | undefined): string | undefined {
  if (kind === "none") return undefined;
  const token = of(kind === "other" ? pages.other : pages.own);
  return kind === "tampered" ? tampered(token ?? "") : token;
}

function headersOf(
  name: SiteName,
  { cookie = "own", headers = {} }: Asked,
  site: Site,
): Record<string, string> {
  const { host, port } = new URL(site.url);
  const sent = proof(cookie, site, ({ headers }) => cookiesOf(headers));
  const all = { ...sites[name].front, ...headers, ...(sent !== undefined && { cookie: sent }) };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name,
      value.replace("OWN", site.url).replace("HOST", host).replace("PORT", port),
    ]),
  );
}

async function overSocket(
  site: Site,
  { csrf = "own", client = "own" }: Asked,
  headers: object,
): Promise<Got> {
  const socket = new WebSocket(`${site.url.replace("http", "ws")}/_violet/socket`, { headers } as never);
  const hello = {
    type: "hello",
    protocol: PROTOCOL,
    csrf: proof(csrf, site, ({ payload }) => payload?.csrf),
    client: proof(client, site, ({ payload }) => payload?.client),
    // Each is a page of its own.
    copy: Math.random(),
    stores: [],
  };
  try {
    return await new Promise((resolve, reject) => {
      socket.on("unexpected-response", (_, { statusCode }) => resolve(String(statusCode)));
      socket.on("open", () => socket.send(JSON.stringify(hello)));
      socket.on("message", (data: Buffer) => resolve(`101 ${JSON.parse(String(data)).type}`));
      socket.on("close", (code) => resolve(`101 ${code}`));
      socket.on("error", reject);
    });
  } finally {
    socket.on("error", () => {});
    socket.terminate();
  }
}

async function overHttp(site: Site, over: Over, { client = "own" }: Asked, headers: object): Promise<Got> {
  const path = over === "page" ? "/" : "/_violet/session";
  const token = proof(client, site, ({ payload }) => payload?.client);
  const { answer, body } = await ask(site.url + path, {
    method: over === "page" ? "GET" : over,
    headers: { ...headers, ...(token && over !== "page" && { "violet-client": token }) },
  });
  const isShared = answer.headers["access-control-allow-origin"] !== undefined;
  if (answer.statusCode !== 200) assert(!body.includes("csrf"), body);
  return [answer.statusCode, isShared && "shared", answer.headers["set-cookie"] && "cookie"]
    .filter(Boolean)
    .join(" ");
}

suite("who may talk to an app", () => {
  const opened = new Map<SiteName, Site>();
  before(async () => {
    for (const name of Object.keys(sites) as SiteName[]) opened.set(name, await open(name));
  });
  after(async () => {
    await Promise.all(Array.from(opened.values(), ({ close }) => close()));
  });

  /** Each row gets what it says. */
  async function hold(rows: readonly Row[]): Promise<void> {
    const wrong: string[] = [];
    for (const [what, name, over, asked, expected] of rows) {
      const site = opened.get(name) as Site;
      const headers = headersOf(name, asked, site);
      const got = await (over === "socket"
        ? overSocket(site, asked, headers)
        : overHttp(site, over, asked, headers));
      if (got !== expected) wrong.push(`${what}, on "${name}" over ${over}: ${got} in place of ${expected}`);
    }
    assert.deepEqual(wrong, []);
  }

  test("T15 T16 opens sockets of its own origin, exactly, and of those listed: all others are a 403 before", () =>
    hold(origins));

  test("T18 T21 T24 E14.1.3 welcomes who brings cookie and tokens of one session: all others are closed with 4501", () =>
    hold(proofs));

  test("T17 gives credentials to its own pages, and lets nobody else but those listed read them", () =>
    hold(sessions));

  test("T61 answers to its own names, and believes what trusted proxies wrote alone", () => hold(names));

  test("G15: is asked in more than 60 ways", () => {
    assert(origins.length + proofs.length + sessions.length + names.length > 60);
  });
});
