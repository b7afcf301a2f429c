/** Who may talk to an app, request by request: what it says of itself, and what it gets. */

/** Options of `violet()`, by what they are about. `front`: the headers with which its own pages come. */
export const sites = {
  plain: { options: {}, front: {} },
  listed: { options: { origins: ["https://other.example"] }, front: {} },
  any: { options: { origins: "any" }, front: {} },
  tokenless: { options: { csrf: false }, front: {} },
  named: { options: { hosts: ["app.example"] }, front: { host: "app.example" } },
  proxied: {
    options: { trustedProxies: 1, hosts: ["public.example"] },
    front: { "x-forwarded-host": "public.example", "x-forwarded-proto": "https" },
  },
} as const;

export type SiteName = keyof typeof sites;

/** own: of the page's session · other: of another session · tampered: own, with a letter changed · none. */
export type Proof = "own" | "other" | "tampered" | "none";

export interface Asked {
  readonly cookie?: Proof;
  readonly csrf?: Proof;
  readonly client?: Proof;
  /** In place of those of the site's own pages: `OWN` stands for the site's origin, `HOST` for its host and port. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** "socket", a page, or a method of `/_violet/session`. */
export type Over = "socket" | "page" | "GET" | "POST" | "OPTIONS" | "PUT" | "DELETE";

/**
 * What comes: a status. After a 101 the answer to the hello: "welcome" or a close code. Else what the browser is given:
 * "shared" with a page of another origin, a "cookie" that it did not have.
 */
export type Got = string;

export type Row = readonly [what: string, site: SiteName, over: Over, asked: Asked, got: Got];

const from = (origin: string): Asked => ({ headers: { origin } });
const bare = { cookie: "none", csrf: "none", client: "none" } as const;
const EVIL = "http://evil.example";
const OTHER = "https://other.example";

/** T15, T16: the Origin of a socket. */
export const origins: readonly Row[] = [
  ["its own page", "plain", "socket", from("OWN"), "101 welcome"],
  [
    "its own page by https, before a proxy that ended TLS",
    "plain",
    "socket",
    from("https://HOST"),
    "101 welcome",
  ],
  ["another site", "plain", "socket", from(EVIL), "403"],
  ["another site by https", "plain", "socket", from("https://evil.example"), "403"],
  ["another site without cookies", "plain", "socket", { ...from(EVIL), ...bare }, "403"],
  ["null: a sandboxed frame or a file", "plain", "socket", from("null"), "403"],
  ["none", "plain", "socket", {}, "403"],
  ["none, without cookies", "plain", "socket", bare, "403"],
  ["empty", "plain", "socket", from(""), "403"],
  ["upper case", "plain", "socket", from("HTTP://HOST"), "403"],
  ["with a suffix", "plain", "socket", from("OWN.evil.example"), "403"],
  ["as a prefix's end", "plain", "socket", from("http://evil-HOST"), "403"],
  ["as a subdomain", "plain", "socket", from("http://sub.HOST"), "403"],
  ["a trailing dot", "plain", "socket", from("http://127.0.0.1.:PORT"), "403"],
  ["userinfo", "plain", "socket", from("http://user@HOST"), "403"],
  ["as userinfo", "plain", "socket", from("OWN@evil.example"), "403"],
  ["another port", "plain", "socket", from("http://127.0.0.1:1"), "403"],
  ["no port", "plain", "socket", from("http://127.0.0.1"), "403"],
  ["another name of this machine", "plain", "socket", from("http://localhost:PORT"), "403"],
  ["another scheme", "plain", "socket", from("ftp://HOST"), "403"],
  ["the socket's own scheme", "plain", "socket", from("ws://HOST"), "403"],
  ["an extension", "plain", "socket", from("chrome-extension://abcdefghijklmnop"), "403"],
  ["a path", "plain", "socket", from("OWN/"), "403"],
  ["two of them", "plain", "socket", from(`OWN, ${EVIL}`), "403"],
  ["a listed one", "listed", "socket", from(OTHER), "101 welcome"],
  ["its own page beside listed ones", "listed", "socket", from("OWN"), "101 welcome"],
  ["a listed one by http", "listed", "socket", from("http://other.example"), "403"],
  ["a listed one at another port", "listed", "socket", from(`${OTHER}:8443`), "403"],
  ["a listed one's subdomain", "listed", "socket", from("https://sub.other.example"), "403"],
  ["a listed one with a suffix", "listed", "socket", from(`${OTHER}.evil`), "403"],
  ["a listed one in upper case", "listed", "socket", from("https://OTHER.example"), "403"],
  ["another site where others are listed", "listed", "socket", from(EVIL), "403"],
  ["another site where any may come", "any", "socket", from(EVIL), "101 welcome"],
  ["none where any may come", "any", "socket", {}, "101 welcome"],
  ["another site where tokens are off", "tokenless", "socket", from(EVIL), "403"],
  ["none where tokens are off", "tokenless", "socket", {}, "403"],
];

const own = from("OWN");

/** T18, T21, T24: what a hello proves. */
export const proofs: readonly Row[] = [
  ["no client", "plain", "socket", { ...own, client: "none" }, "101 welcome"],
  ["no CSRF token", "plain", "socket", { ...own, csrf: "none" }, "101 4501"],
  ["another session's CSRF token", "plain", "socket", { ...own, csrf: "other" }, "101 4501"],
  ["a tampered CSRF token", "plain", "socket", { ...own, csrf: "tampered" }, "101 4501"],
  ["another session's client", "plain", "socket", { ...own, client: "other" }, "101 4501"],
  ["a tampered client", "plain", "socket", { ...own, client: "tampered" }, "101 4501"],
  ["no cookie", "plain", "socket", { ...own, cookie: "none" }, "101 4501"],
  ["another session's cookie", "plain", "socket", { ...own, cookie: "other" }, "101 4501"],
  ["a tampered cookie", "plain", "socket", { ...own, cookie: "tampered" }, "101 4501"],
  ["another session's tokens", "plain", "socket", { ...own, csrf: "other", client: "other" }, "101 4501"],
  ["nothing", "plain", "socket", { ...own, ...bare }, "101 4501"],
  [
    "no CSRF token, from another site where any may come",
    "any",
    "socket",
    { ...from(EVIL), csrf: "none" },
    "101 4501",
  ],
  ["nothing, from another site where any may come", "any", "socket", { ...from(EVIL), ...bare }, "101 4501"],
  ["no CSRF token where they are off", "tokenless", "socket", { ...own, csrf: "none" }, "101 welcome"],
  ["nothing where tokens are off", "tokenless", "socket", { ...own, ...bare }, "101 welcome"],
  [
    "another session's client where CSRF tokens are off",
    "tokenless",
    "socket",
    { ...own, client: "other" },
    "101 4501",
  ],
];

const site = (value: string, more: Asked = {}): Asked => ({ ...more, headers: { "sec-fetch-site": value } });
const text = { "content-type": "text/plain" };
const form = { "content-type": "application/x-www-form-urlencoded" };

/** T17: who is given credentials, and who may read them. */
export const sessions: readonly Row[] = [
  ["its own page", "plain", "POST", own, "200"],
  ["its own page without a cookie", "plain", "POST", { ...own, ...bare }, "200 cookie"],
  ["its own page with another session's client", "plain", "POST", { ...own, client: "other" }, "200"],
  ["its own page with a tampered cookie", "plain", "POST", { ...own, cookie: "tampered" }, "200 cookie"],
  ["another site", "plain", "POST", from(EVIL), "403"],
  ["another site's plain text", "plain", "POST", { headers: { origin: EVIL, ...text } }, "403"],
  ["another site's form", "plain", "POST", { headers: { origin: EVIL, ...form } }, "403"],
  ["a form of a sandboxed frame", "plain", "POST", { headers: { origin: "null", ...form } }, "403"],
  ["a form without an Origin", "plain", "POST", { headers: form }, "403"],
  ["nobody says who", "plain", "POST", bare, "403"],
  ["its own page's read", "plain", "GET", site("same-origin"), "200"],
  ["somebody's look, by its address", "plain", "GET", site("none"), "200"],
  ["a client that is no browser", "plain", "GET", bare, "200 cookie"],
  ["another site's script or link", "plain", "GET", site("cross-site"), "403"],
  ["a subdomain's script or link", "plain", "GET", site("same-site"), "403"],
  ["another site's read", "plain", "GET", from(EVIL), "403"],
  ["a sandboxed frame's read", "plain", "GET", from("null"), "403"],
  ["another site's question", "plain", "OPTIONS", from(EVIL), "403"],
  ["a question of nobody", "plain", "OPTIONS", {}, "403"],
  ["its own page's question", "plain", "OPTIONS", own, "204"],
  ["its own page by another method", "plain", "DELETE", own, "405"],
  ["another site by another method", "plain", "PUT", from(EVIL), "405"],
  ["a listed one", "listed", "POST", from(OTHER), "200 shared"],
  ["a listed one's question", "listed", "OPTIONS", from(OTHER), "204 shared"],
  ["another site where others are listed", "listed", "POST", from(EVIL), "403"],
  ["a listed one by http", "listed", "POST", from("http://other.example"), "403"],
  ["another site where any may come: it may not read", "any", "POST", from(EVIL), "200"],
  ["its question where any may come", "any", "OPTIONS", from(EVIL), "204"],
  ["another site where tokens are off", "tokenless", "POST", from(EVIL), "403"],
];

const at = (host: string, more: Readonly<Record<string, string>> = {}): Asked => ({
  headers: { host, origin: `http://${host}`, ...more },
});
const behind = (headers: Readonly<Record<string, string>>): Asked => ({
  headers: { ...sites.proxied.front, ...headers },
});
const PUBLIC = "https://public.example";

/** T61: names that somebody else gave to this machine, and headers that anybody can write. */
export const names: readonly Row[] = [
  ["another name, rebound to this machine", "plain", "socket", at("rebound.evil:PORT"), "403"],
  ["the same of its page", "plain", "page", { headers: { host: "rebound.evil:PORT" } }, "403"],
  ["the same of its session", "plain", "GET", { headers: { host: "rebound.evil:PORT" } }, "403"],
  ["the same where any may come", "any", "socket", at("rebound.evil:PORT"), "403"],
  ["this machine's other name", "plain", "socket", at("localhost:PORT"), "101 welcome"],
  [
    "a forged host",
    "plain",
    "socket",
    { headers: { origin: EVIL, "x-forwarded-host": "evil.example" } },
    "403",
  ],
  [
    "a forged host of its own page",
    "plain",
    "socket",
    { headers: { origin: "OWN", "x-forwarded-host": "evil.example" } },
    "101 welcome",
  ],
  [
    "a forged scheme",
    "plain",
    "socket",
    { headers: { origin: "OWN", "x-forwarded-proto": "https" } },
    "101 welcome",
  ],
  ["a forged host of a page", "plain", "page", { headers: { "x-forwarded-host": "evil.example" } }, "200"],
  [
    "a forged scheme of a page",
    "plain",
    "page",
    { ...bare, headers: { "x-forwarded-proto": "https" } },
    "200 cookie",
  ],
  ["a page by another site's link", "plain", "page", site("cross-site"), "200"],
  ["a page that another site reads", "plain", "page", from(EVIL), "200"],
  ["a page that a listed one reads", "listed", "page", from(OTHER), "200"],
  ["a host of the list", "named", "socket", at("app.example"), "101 welcome"],
  ["a host of the list, at a port", "named", "socket", at("app.example:8080"), "101 welcome"],
  ["a host of the list, with a suffix", "named", "socket", at("app.example.evil"), "403"],
  ["a host of the list, with a prefix", "named", "socket", at("evil-app.example"), "403"],
  ["a host that is not on the list", "named", "socket", at("HOST"), "403"],
  ["a page of a host that is not on the list", "named", "page", { headers: { host: "HOST" } }, "403"],
  ["a trusted proxy", "proxied", "socket", behind({ origin: PUBLIC }), "101 welcome"],
  [
    "a trusted proxy, from a page by http",
    "proxied",
    "socket",
    behind({ origin: "http://public.example" }),
    "403",
  ],
  ["a trusted proxy, from another site", "proxied", "socket", behind({ origin: EVIL }), "403"],
  [
    "a trusted proxy that appends to what was forged",
    "proxied",
    "socket",
    behind({ origin: PUBLIC, "x-forwarded-host": "evil.example, public.example" }),
    "101 welcome",
  ],
  [
    "what was forged before a trusted proxy",
    "proxied",
    "socket",
    behind({ origin: "https://evil.example", "x-forwarded-host": "evil.example, public.example" }),
    "403",
  ],
  ["past the trusted proxy", "proxied", "socket", { headers: { host: "HOST", origin: "OWN" } }, "403"],
];
