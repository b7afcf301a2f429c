/**
 * G14: role × store × verb × path, generated from the definitions of a site with stores of every kind. Everything that
 * arrives over real sockets and HTTP is searched for the store's secret: where it may not be seen it is in no byte; where
 * it may be, it comes.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import type { App } from "../../server/app.ts";
import { wireName } from "../../src/state/definition.ts";
import type { DownFrame, Frame, UpFrame } from "../../src/wire/frames.ts";
import { cookiesOf, type Served } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { type Kind, kinds, type Role, roles, type State, serveMatrix } from "./matrix-site.ts";

const verbs = [
  "page",
  "payload",
  "pages",
  "session",
  "subscribe",
  "resume",
  "news",
  "raw write",
  "echo of an action",
  "error of an action",
  "refusal of the whole",
  "news without the right",
  "echo without the right",
  "resume without the right",
  "page without the right",
  "payload without the right",
  "pages without the right",
  "subscribe with the right again",
  "write without the right, not told yet",
] as const;
type Verb = (typeof verbs)[number];
type Batch = Frame<"write">["batches"][number];

interface Seen {
  /** All that arrived. */
  readonly text: string;
  /** The secret that would be in it. */
  readonly secret: string;
  /** The store has another version. */
  readonly isChanged: boolean;
}

/** One person's browser: all that it gets is kept. */
class Visitor {
  readonly #url: string;
  readonly #cookie: string;
  #socket: WebSocket | undefined;
  readonly #frames: DownFrame[] = [];
  #wake: (() => void) | undefined;
  #text = "";
  all = "";

  constructor(url: string, role: Role) {
    this.#url = url;
    this.#cookie = `role=${role}`;
  }

  /** All bytes since the last time. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  #hear(text: string) {
    this.#text += `${text}\n`;
    this.all += `${text}\n`;
  }

  async get(path: string): Promise<{ headers: Headers; body: string }> {
    const response = await fetch(this.#url + path, { headers: { cookie: this.#cookie }, redirect: "manual" });
    const { headers } = response;
    const body = await response.text();
    this.#hear([...headers].join("\n") + body);
    return { headers, body };
  }

  async connect(): Promise<void> {
    const { body, headers } = await this.get("/_violet/session");
    const { client, csrf } = JSON.parse(body) as { client: string; csrf: string };
    this.#socket = new WebSocket(`${this.#url.replace("http", "ws")}/_violet/socket`, {
      origin: this.#url,
      headers: { cookie: `${this.#cookie}; ${cookiesOf(headers)}` },
    });
    this.#socket.on("message", (data: Buffer) => {
      this.#hear(String(data));
      this.#frames.push(JSON.parse(String(data)) as DownFrame);
      this.#wake?.();
    });
    await once(this.#socket, "open");
    this.send({ type: "hello", protocol: 1, client, csrf, stores: [] });
    await this.until("welcome");
  }

  send(frame: UpFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** The next frame of one of these types. */
  async until(...types: DownFrame["type"][]): Promise<DownFrame> {
    for (;;) {
      for (let frame = this.#frames.shift(); frame; frame = this.#frames.shift())
        if (types.includes(frame.type)) return frame;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket?.close(1000);
  }
}

/** One role's way through one store, and what it got by each verb. */
class Way {
  readonly #app: App;
  readonly #kind: Kind;
  readonly #role: Role;
  readonly #visitor: Visitor;
  readonly #index: number;
  readonly seen = new Map<Verb, Seen>();
  #secret = "";
  #secrets = 0;
  /** The store's number, while the page is subscribed to it. */
  #id: number | undefined;
  #n = 0;

  constructor({ app, url }: Served, kind: Kind, role: Role) {
    this.#app = app as App;
    this.#kind = kind;
    this.#role = role;
    this.#visitor = new Visitor(url, role);
    this.#index = kinds.indexOf(kind);
  }

  get all(): string {
    return this.#visitor.all;
  }

  async run(): Promise<void> {
    const { lost } = this.#kind;
    await this.#newSecret();
    await this.#getPage("page", "payload");
    await this.#getFile("pages");
    await this.#visitor.connect();
    this.#note("session");
    await this.#subscribe("subscribe");
    await this.#resume("resume");
    await this.#news("news");
    await this.#write("raw write", [["set", this.#place, "mine"]]);
    await this.#newSecret();
    await this.#write("echo of an action", call("copy"));
    await this.#write("error of an action", call("fail"));
    await this.#write("refusal of the whole", call("misfit"));
    lost.add(this.#role);
    await this.#news("news without the right");
    await this.#write("echo without the right", call("copy"));
    await this.#resume("resume without the right");
    await this.#getPage("page without the right", "payload without the right");
    await this.#getFile("pages without the right");
    lost.delete(this.#role);
    await this.#subscribe("subscribe with the right again");
    lost.add(this.#role);
    await this.#write("write without the right, not told yet", call("copy"));
    lost.delete(this.#role);
    this.#visitor.close();
  }

  get #place() {
    return ["secrets", this.#kind.hasView ? "secret" : 0, "text"];
  }

  #note(verb: Verb, isChanged = false) {
    this.seen.set(verb, { text: this.#visitor.take(), secret: this.#secret, isChanged });
  }

  #authority() {
    return this.#app.hub.open(this.#kind.definition, this.#kind.key);
  }

  /** The server writes another secret; who is subscribed hears of it, or that it may not any more. */
  async #newSecret() {
    this.#secret = `canary-${this.#index}-${this.#role}-${++this.#secrets}-`;
    const authority = await this.#authority();
    (authority.root as State).secrets.splice(0, 9, { id: "secret", text: this.#secret });
    await authority.settled();
    if (this.#id !== undefined) this.#heard(await this.#visitor.until("SYNC", "error"));
    return authority;
  }

  #heard(frame: DownFrame) {
    if (frame.type === "error" && typeof frame.store === "string") this.#id = undefined;
  }

  async #subscribe(verb: Verb, known: { epoch?: string; version?: number } = {}) {
    const { definition, key } = this.#kind;
    this.#visitor.send({ type: "subscribe", store: wireName(definition, key), life: 1, ...known });
    const answer = await this.#visitor.until("state", "error");
    this.#id = answer.type === "state" ? answer.id : undefined;
    if (answer.type === "state") this.#n = answer.last;
    this.#note(verb);
  }

  async #resume(verb: Verb) {
    const { epoch, version } = await this.#newSecret();
    this.#visitor.take();
    await this.#subscribe(verb, { epoch, version: version - 1 });
  }

  async #news(verb: Verb) {
    await this.#newSecret();
    this.#visitor.send({ type: "probe" });
    await this.#visitor.until("ping");
    this.#note(verb);
  }

  async #write(verb: Verb, batch: Batch) {
    const authority = await this.#authority();
    const { version } = authority;
    this.#visitor.take();
    this.#visitor.send({
      type: "SYNC",
      store: this.#id ?? authority.id,
      n: ++this.#n,
      v: version,
      batches: [batch],
    });
    this.#heard(await this.#visitor.until("ack", "error"));
    this.#note(verb, authority.version > version);
  }

  async #getPage(page: Verb, payload: Verb) {
    await this.#visitor.get(`/page/${this.#index}`);
    const [html = "", json = ""] = this.#visitor.take().split('<script type="application/json" id="violet">');
    this.seen.set(page, { text: html, secret: this.#secret, isChanged: false });
    this.seen.set(payload, { text: json, secret: this.#secret, isChanged: false });
  }

  async #getFile(verb: Verb) {
    await this.#visitor.get(`/files/${this.#index}.html`);
    this.#note(verb);
  }
}

const call = (action: string) => ({ action, args: [], seed: 1, at: Date.now() });

/** What has to be: where the secret comes, and which writes are taken. */
function expected({ kind, role, stores }: Cell, verb: Verb) {
  const isLost = kind.isRuled && verb.includes("without the right");
  const sees = kind.readers.includes(role) && !isLost && (kind.hasRead || stores === "allow");
  const reads = kind.hasView ? kind.mayEnter(role, !isLost) && (kind.hasRead || stores === "allow") : sees;
  const acts = reads && kind.isWritable;
  if (/^(page|payload|pages|subscribe|resume|news)/.test(verb)) return { comes: sees, isChanged: false };
  if (/^(echo|write)/.test(verb)) return { comes: sees && acts, isChanged: acts };
  if (verb === "raw write") return { comes: false, isChanged: sees && acts && !kind.isServerOnly };
  return { comes: verb === "refusal of the whole" && sees && acts && !kind.hasView, isChanged: false };
}

interface Cell {
  readonly kind: Kind;
  readonly role: Role;
  readonly stores: "allow" | "deny";
}

for (const stores of ["allow", "deny"] as const)
  suite(`the rights of every role in every store, where stores without a rule are "${stores}"`, () => {
    let served: Served;
    const { NODE_ENV } = process.env;
    before(async () => {
      // In development an error's own text is shown.
      process.env.NODE_ENV = "production";
      served = await serveMatrix(stores);
    });
    after(async () => {
      await served.close();
      if (NODE_ENV === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = NODE_ENV;
    });

    test("T11 T12 T13 let a secret out to those alone who may see it", async () => {
      // The default matters to stores without the rule; one that has it is there to be compared.
      const chosen = kinds.filter(
        ({ hasRead, name }) => stores === "allow" || !hasRead || /^ruled-/.test(name),
      );
      const counts = { cells: 0, comes: 0, never: 0, changed: 0 };
      const table = new Map(verbs.map((verb) => [verb, { comes: 0, never: 0 }]));
      const look = (cell: Cell, way: Way) => {
        const name = `${cell.kind.name}, ${cell.role}`;
        assert.deepEqual([...way.seen.keys()].sort(), [...verbs].sort(), name);
        for (const [verb, { text, secret, isChanged }] of way.seen) {
          const is = { comes: text.includes(secret), isChanged };
          assert.deepEqual(is, expected(cell, verb), `${name}, ${verb}: ${text}`);
          counts.cells++;
          counts[is.comes ? "comes" : "never"]++;
          (table.get(verb) as { comes: number; never: number })[is.comes ? "comes" : "never"]++;
          if (isChanged) counts.changed++;
        }
        assert.doesNotMatch(way.all, /canary: /, `${name}: what a rule throws`);
        const isSeen = verbs.some((verb) => expected(cell, verb).comes);
        assert.equal(/canary-/.test(way.all), isSeen, name);
      };
      await Promise.all(
        chosen.map(async (kind) => {
          for (const role of roles) {
            const way = new Way(served, kind, role);
            await way.run();
            look({ kind, role, stores }, way);
          }
        }),
      );
      assert.equal(counts.cells, chosen.length * roles.length * verbs.length);
      console.log(
        `"${stores}": ${chosen.length} stores, ${roles.length} roles, ${verbs.length} verbs: ${JSON.stringify(counts)}`,
      );
      for (const [verb, { comes, never }] of table) console.log(`  ${verb}: comes ${comes}, never ${never}`);
    });
  });
