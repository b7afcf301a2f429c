/** What a page that reads slowly, or sends faster than it is answered, costs the server: over real sockets. */
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { number, object, string } from "superstruct";
import { WebSocket } from "ws";
import { server } from "../../server/index.ts";
import { html, increment, shared } from "../../src/index.ts";
import type { Op } from "../../src/state/ops.ts";
import type { DownFrame, UpFrame } from "../../src/wire/frames.ts";
import { cookiesOf, type Served, serve } from "../support/serve.ts";
import { afterEach, assert, suite, test } from "../support/suite.ts";

const initial = () => ({ text: "", count: 0 });
const State = object({ text: string(), count: number() });
const news = shared("backpressure", { state: State, initial });
const judged = shared("backpressure-judged", { state: State, initial });
const big = { text: "x".repeat(500_000), count: 0 };
shared.family("backpressure-room", { state: State, initial: () => big });
let allowed: Promise<boolean>;
server.access(judged, { write: () => allowed });

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

/** A page's socket, without a runtime. */
class RawPage {
  readonly socket: WebSocket;
  readonly frames: DownFrame[] = [];
  /** The number of its store. */
  #store = 0;

  constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(`${url.replace("http", "ws")}/_violet/socket`, { headers });
    this.socket.on("message", (data: Buffer) => this.frames.push(JSON.parse(data.toString())));
  }

  static async open({ url, get }: Served, store: string): Promise<RawPage> {
    const { headers, payload } = await get("/");
    const page = new RawPage(url, { origin: url, cookie: cookiesOf(headers) });
    page.socket.on("open", () =>
      page.send({
        type: "hello",
        protocol: 1,
        csrf: payload?.csrf,
        client: payload?.client,
        stores: [{ store, life: 1 }],
      }),
    );
    page.#store = (await page.got("state")).id;
    return page;
  }

  send(frame: UpFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  write(n: number, op: Op): void {
    this.send({ type: "SYNC", store: this.#store, n, v: 0, batches: [[op]] });
  }

  /** Waits for the next frame of this type, and takes it out with all before it. */
  async got<T extends DownFrame["type"]>(type: T): Promise<Extract<DownFrame, { type: T }>> {
    const index = () => this.frames.findIndex((frame) => frame.type === type);
    await until(() => index() >= 0);
    return this.frames.splice(0, index() + 1).at(-1) as Extract<DownFrame, { type: T }>;
  }
}

suite("a page over a real socket", () => {
  let served: Served;
  const start = async (limits: object) => {
    served = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${news.count}</p>`),
        ),
      {
        limits,
      },
    );
    return served.app.counters;
  };
  afterEach(() => served.close());

  /** Writes big patches, one per turn of the event loop, until the page that reads nothing is left out. */
  async function floodUntilDropped(): Promise<void> {
    const { app } = served;
    while (app.counters.drops < 20) {
      app.run(() => {
        increment(news, "count");
        news.text = String(news.count).padEnd(40_000, "x");
      });
      await new Promise((turn) => setImmediate(turn));
    }
  }

  test("T50 that stops reading costs the limit, hinders nobody, and gets one state when it reads again", async () => {
    const counters = await start({});
    const [slow, other] = [
      await RawPage.open(served, "backpressure"),
      await RawPage.open(served, "backpressure"),
    ];
    slow.socket.pause();
    await floodUntilDropped();
    const { count } = served.app.run(() => ({ ...news }));
    await until(() => other.frames.length === count);
    assert.ok(
      counters.queuedBytes > 0 && counters.queuedBytes < 1024 * 1024 + 1000,
      `${counters.queuedBytes}`,
    );
    const { snapshots } = counters;
    slow.socket.resume();
    await until(() => slow.frames.some(({ type }) => type === "error"));
    const patches = slow.frames.filter(({ type }) => type === "SYNC").length;
    assert.equal((await slow.got("error")).code, "E_RESYNC");
    assert.equal(counters.drops, count - patches);
    slow.send({ type: "subscribe", store: "backpressure", life: 1 });
    const { value } = (await slow.got("state")) as { value: { count: number } };
    assert.equal(value.count, count);
    assert.equal(counters.snapshots, snapshots + 1);
  });

  test("that asks for more than it reads gets whole states one at a time", async () => {
    const counters = await start({});
    const page = await RawPage.open(served, "backpressure");
    page.socket.pause();
    const rooms = Array.from({ length: 40 }, (_, index) => `backpressure-room/${index}`);
    for (const store of rooms) page.send({ type: "subscribe", store, life: 1 });
    await until(() => counters.queuedBytes > 0);
    page.socket.resume();
    await until(() => page.frames.length === rooms.length);
    assert.deepEqual(
      page.frames.map((frame) => frame.type === "state" && frame.store),
      rooms,
    );
    assert.ok(counters.queuedBytes < 1024 * 1024 + 501_000, `${counters.queuedBytes}`);
  });

  test("T50 that reads nothing for stalledMs is closed", async () => {
    const counters = await start({ stalledMs: 1000 });
    const page = await RawPage.open(served, "backpressure");
    page.socket.pause();
    await floodUntilDropped();
    await until(() => counters.closes.slow === 1);
    page.socket.terminate();
  });

  test("that sends faster than it is answered is not read from, and then gets all its answers", async () => {
    const counters = await start({ logBytes: 1e9, logOps: 1e6, messageBurst: 1000 });
    const sockets: Socket[] = [];
    served.server.on("connection", (socket) => sockets.push(socket));
    const rule = Promise.withResolvers<boolean>();
    allowed = rule.promise;
    const page = await RawPage.open(served, "backpressure-judged");
    const other = await RawPage.open(served, "backpressure");
    const text = "x".repeat(5000);
    const messages = 500;
    for (let n = 1; n <= messages; n++) page.write(n, ["set", ["text"], text]);
    await until(() => sockets.some((socket) => socket.isPaused()));
    const [socket] = sockets.filter((each) => each.isPaused()) as [Socket];
    const { bytesRead } = socket;
    assert.ok(bytesRead < (messages * text.length) / 2, `${bytesRead} bytes`);
    // The server lives on, and reads from others.
    other.write(1, ["set", ["count"], 1]);
    await other.got("ack");
    // What Node reads ahead of those who pause.
    assert.ok(socket.bytesRead <= bytesRead + socket.readableHighWaterMark, `${socket.bytesRead} bytes`);
    rule.resolve(true);
    await until(() => page.frames.length === messages);
    assert.ok(page.frames.every((frame, index) => frame.type === "ack" && frame.n === index + 1));
    assert.ok(counters.pauses > 0);
  });
});
