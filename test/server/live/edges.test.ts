/** Live components where something goes wrong, over real sockets. */
import { setTimeout as wait } from "node:timers/promises";
import { customElement } from "lit/decorators.js";
import { array, boolean, integer, object, optional, size, string } from "superstruct";
import { from, LiveElement, VioletElement } from "../../../elements/index.ts";
import { component, type MountedElement } from "../../../elements/mounted-element.ts";
import { type LiveContext, live, type VioletApp } from "../../../server/index.ts";
import { client, html, increment, VioletError } from "../../../src/index.ts";
import { LiveReplica } from "../../../src/state/live-replica.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import { NodeClient } from "../../support/node-client.ts";
import { type MemoryLogger, type Served, serve, withoutMarkers } from "../../support/serve.ts";
import { afterEach, assert, beforeEach, suite, test } from "../../support/suite.ts";

type Context = LiveContext<unknown>;

let gate = Promise.withResolvers<void>();
let doubt = Promise.withResolvers<void>();
let started = 0;
let ended: string[] = [];
let mounts: ((state: { n: number }, context: Context) => unknown) | undefined;
let begins: () => unknown = () => ({ n: 0, text: "" });
/** What callbacks that were answered may still do. */
interface Late {
  readonly state: { n: number };
  readonly context: LiveContext;
}
const late: Late[] = [];

const box = live({
  state: object({ n: integer(), text: string() }),
  initial: () => begins() as { n: number; text: string },
  callbacks: (callback) => ({
    add: (state) => {
      state.n++;
    },
    wait: async (state) => {
      started++;
      await gate.promise;
      state.n = 99;
    },
    obey: async (_, { signal }) => {
      started++;
      await wait(60_000, undefined, { signal });
    },
    grow: callback([integer()], (state, letters) => {
      state.text = "x".repeat(letters);
    }),
    storm: callback([integer()], async (state, count, { render }) => {
      for (let n = 1; n <= count; n++) {
        state.n = n;
        await render();
      }
    }),
    burst: callback([integer()], (state, count, { render }) => {
      const sent: Promise<void>[] = [];
      for (let n = 1; n <= count; n++) {
        state.n = n;
        sent.push(render());
      }
      return Promise.all(sent);
    }),
    tell: (_, { client, broadcastTo }) => broadcastTo(client.id, "box-told", 1),
    draft: async (state, { render }) => {
      started++;
      await gate.promise;
      for (let count = 1; count <= 6; count++) {
        state.n = count;
        await render();
      }
      state.text = "draft";
      started++;
      await doubt.promise;
      throw new Error("no");
    },
    rash: (state, { render }) => {
      state.n = 0.5;
      void render();
    },
    trip: (state) => {
      state.n = 50;
      throw new Error("at once");
    },
    hang: (state, context) => {
      late.push({ state, context });
      return new Promise(() => {});
    },
    leave: (state, context) => {
      late.push({ state, context });
    },
    halves: async (state) => {
      state.n = 1;
      started++;
      await gate.promise;
      throw new VioletError("E_VALIDATION", {}, { field: "n", message: "No." });
    },
  }),
  onMount: (state, context) => mounts?.(state, context),
  onUnmount: (_, { signal }) => ended.push(String(signal.aborted)),
});
const once = live({
  state: object({ n: integer() }),
  initial: () => ({ n: 0 }),
  callbacks: () => ({
    add: (state) => {
      state.n++;
    },
  }),
  reconnect: false,
  onUnmount: () => ended.push("once"),
});
const given = live({
  state: object({ got: string() }),
  params: object({
    startAt: optional(integer()),
    isOpen: optional(boolean()),
    tags: optional(size(array(string()), 0, 3)),
  }),
  initial: async ({ params }) => ({ got: JSON.stringify(params) }),
});

/** Of no module that the app is given. */
const unlisted = live({ state: object({ n: integer() }), initial: () => ({ n: 0 }) });
class Unlisted extends LiveElement(unlisted) {}
customElement("edge-unlisted")(Unlisted);

customElement("edge-calling")(
  class extends LiveElement(box) {
    override render() {
      return html`<button @click=${this.live.add()}>Add</button>`;
    }
  },
);

class Box extends LiveElement(box) {
  override render() {
    return html`<p>${this.state.n}</p>`;
  }
}
customElement("edge-box")(Box);
customElement("edge-nested")(
  class extends LiveElement(box) {
    override render() {
      return html`<edge-middle></edge-middle>`;
    }
  },
);
customElement("edge-middle")(
  class extends LiveElement(box) {
    override render() {
      return html`<edge-box></edge-box>`;
    }
  },
);
class ShowsGot extends VioletElement {
  @from() accessor got = "nothing";
  override render() {
    return html`<q>${this.got}</q>`;
  }
}
customElement("edge-shows")(ShowsGot);

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise(setImmediate);
};

suite("a live component", () => {
  let served: Served;
  let app: VioletApp;
  let page: NodeClient;
  const logged = () =>
    (app as unknown as { settings: { logger: MemoryLogger } }).settings.logger.errors.map(
      ({ err }) => err.message,
    );
  const count = () => (app as unknown as { instances: { size: number } }).instances.size;
  const mount = (component: string, key: string, params = {}, of = page) =>
    LiveReplica.of({ host: {} as HTMLElement, component, key, params, changed: () => {} }, of.runtime);
  const n = (instance: LiveReplica) => (instance.snapshot() as { n: number }).n;
  const settled = (instance: LiveReplica) => until(() => !instance.isBusy);
  const reconnect = async () => {
    page.runtime.link.drop(closeCodes.parked);
    page.runtime.link.connect();
    await page.until("live");
  };

  beforeEach(async () => {
    gate = Promise.withResolvers();
    doubt = Promise.withResolvers();
    started = 0;
    ended = [];
    mounts = undefined;
    begins = () => ({ n: 0, text: "" });
    late.length = 0;
    served = await serve(
      (site, app) => {
        site.get(
          "/",
          app.page(() => html`<violet-status></violet-status>`),
        );
        site.get(
          "/box",
          app.page(() => html`<edge-box></edge-box>`),
        );
        site.get(
          "/marked",
          app.page(() => html`<p>before</p><edge-box></edge-box>`, { onRenderError: "mark" }),
        );
        site.get(
          "/nested",
          app.page(() => html`<edge-nested></edge-nested>`),
        );
        site.get(
          "/tag",
          app.page(
            () =>
              html`<violet-live component="box.given" start-at="4" isopen><edge-shows></edge-shows></violet-live>`,
          ),
        );
        site.get(
          "/calling",
          app.page(() => html`<edge-calling></edge-calling>`),
        );
        site.get(
          "/unlisted",
          app.page(() => html`<edge-unlisted></edge-unlisted>`),
        );
        site.get(
          "/unknown",
          app.page(() => html`<violet-live component="nowhere"></violet-live>`),
        );
      },
      {
        modules: { box: { box, once, given } },
        limits: {
          handlerMs: 2000,
          graceMs: 60_000,
          maxStoreBytes: 1000,
          opsPerSecond: 50,
          opBurst: 20,
          messagesPerSecond: 1000,
          messageBurst: 1000,
        },
      },
    );
    app = served.app;
    page = await NodeClient.visit(`${served.url}/`);
    page.runtime.link.connect();
    await page.until("live");
  });
  afterEach(async () => {
    page.close();
    await served.close();
  });

  test("may write after it was unmounted: nobody sees it, and nothing fails", async () => {
    const a = mount("box", "a");
    a.send("wait", []);
    await until(() => started === 1);
    a.unmount();
    await until(() => ended.length === 1);
    gate.resolve();
    const b = mount("box", "b");
    b.send("add", []);
    await settled(b);
    assert.deepEqual([n(b), logged(), ended], [1, [], ["true"]]);
  });

  test("whose work its signal ends has not failed", async () => {
    const a = mount("box", "a");
    a.send("obey", []);
    await until(() => started === 1);
    a.unmount();
    await until(() => ended.length === 1);
    await new Promise(setImmediate);
    assert.deepEqual(logged(), []);
  });

  test("E4.1.2 E4.2.2 sends by itself what a timer of onMount writes, until it ends", async () => {
    mounts = (state, { signal }) => {
      const timer = setInterval(() => state.n++, 1);
      signal.addEventListener("abort", () => clearInterval(timer));
    };
    const a = mount("box", "a");
    await until(() => n(a) > 3);
    a.unmount();
    await until(() => ended.length === 1);
    assert.deepEqual(ended, ["true"]);
  });

  test("E5.2.1 tells the pages that it names, and no others", async () => {
    const heard: unknown[] = [];
    const stop = client.on("box-told", (data) => heard.push(data));
    const other = await NodeClient.visit(`${served.url}/`);
    other.runtime.link.connect();
    await other.until("live");
    for (const { runtime } of [page, other]) runtime.bus.ready();
    const a = mount("box", "a");
    a.send("tell", []);
    a.send("tell", []);
    await settled(a);
    await until(() => heard.length === 2);
    const b = mount("box", "b", {}, other);
    await b.loaded();
    assert.equal(heard.length, 2);
    stop();
    other.close();
  });

  test("E7.1 may render() ten thousand times one after another, or a thousand at once: the last state is there", async () => {
    const [a, b] = [mount("box", "a"), mount("box", "b")];
    let shown = 0;
    a.listen(() => shown++);
    a.send("storm", [10_000]);
    b.send("burst", [1000]);
    await Promise.all([settled(a), settled(b)]);
    assert.deepEqual([n(a), n(b), a.error, b.error], [10_000, 1000, undefined, undefined]);
    assert.ok(shown >= 10_000, String(shown));
  });

  test("T65 does not grow past maxStoreBytes, and loses nothing by it", async () => {
    const a = mount("box", "a");
    a.send("grow", [500]);
    a.send("grow", [5000]);
    await settled(a);
    assert.equal(a.error?.code, "E_STORE_FULL");
    a.send("add", []);
    await settled(a);
    assert.deepEqual([a.snapshot(), a.error], [{ n: 1, text: "x".repeat(500) }, undefined]);
  });

  test("T35 is one of 64 of a socket; when one ends, another has its place", async () => {
    const all = Array.from({ length: 64 }, (_, index) => mount("box", `k${index}`));
    await Promise.all(all.map((each) => each.loaded()));
    const more = mount("box", "more");
    await assert.rejects(more.loaded(), { code: "E_LIMIT" });
    assert.equal(count(), 64);
    all[0]?.unmount();
    await until(() => count() === 63);
    await mount("box", "again").loaded();
  });

  test("is mounted beside a hundred others at once, each once", async () => {
    const other = await NodeClient.visit(`${served.url}/`);
    let begun = 0;
    begins = () => Promise.resolve({ n: ++begun, text: "" });
    const all = Array.from({ length: 100 }, (_, index) =>
      mount("box", `k${index}`, {}, index % 2 ? page : other),
    );
    await Promise.all(all.map((each) => each.loaded()));
    assert.deepEqual([begun, count(), new Set(all.map(n)).size], [100, 100, 100]);
    other.close();
  });

  test("T34 takes so many calls at once; those above are made later, once each", async () => {
    const a = mount("box", "a");
    await a.loaded();
    for (let index = 0; index < 200; index++) a.send("add", []);
    await settled(a);
    assert.deepEqual([n(a), a.error], [200, undefined]);
    assert.ok(app.counters.errors.E_RATE, JSON.stringify(app.counters.errors));
  });

  test("that is dropped before its answer came ends all the same", async () => {
    const begun = Promise.withResolvers<void>();
    let calls = 0;
    begins = () => {
      calls++;
      return begun.promise.then(() => ({ n: 0, text: "" }));
    };
    const a = mount("box", "a");
    await until(() => calls === 1);
    a.unmount();
    begun.resolve();
    await until(() => ended.length === 1);
    assert.equal(count(), 0);
  });

  test("of a page that is gone before its initial state was there is not kept", async () => {
    const begun = Promise.withResolvers<void>();
    let calls = 0;
    begins = () => {
      calls++;
      return begun.promise.then(() => ({ n: 0, text: "" }));
    };
    mount("box", "a");
    await until(() => calls === 1);
    page.close();
    begun.resolve();
    await until(() => ended.length === 1);
    assert.equal(count(), 0);
  });

  test("whose initial throws, or does not fit, fails its page or is a hole in it", async () => {
    for (const [begin, message, code = 500] of [
      [() => Promise.reject(new Error("no database")), /no database/],
      [
        () => {
          throw new Error("no luck");
        },
        /no luck/,
      ],
      [() => ({ n: "many", text: "" }), /initial state of "box" is not what its struct says at "n"/],
      [() => Promise.resolve({ n: Number.NaN, text: "" }), /initial state/],
      [() => new Promise(() => {}), /initial state of "box" took longer than 2000 ms/, 503],
    ] as const) {
      begins = begin;
      const { status } = await served.get("/box");
      assert.equal(status, code);
      assert.match(logged().join(), message);
    }
    const { status, html: text } = await served.get("/marked");
    assert.equal(status, 200);
    assert.match(text, /<p>before<\/p><edge-box/);
    assert.equal(count(), 0);
  });

  test("whose initial throws is refused to its page, with no more than a code; one that hangs comes again", async () => {
    begins = () => Promise.reject(new Error("a secret of the database"));
    const a = mount("box", "a");
    await assert.rejects(a.loaded(), { code: "E_INTERNAL" });
    assert.deepEqual([a.error?.code, a.error?.message], ["E_INTERNAL", "Something failed on the server."]);
    assert.match(logged().join(), /a secret of the database/);
    let calls = 0;
    begins = () => (++calls === 1 ? new Promise(() => {}) : { n: 5, text: "" });
    const b = mount("box", "b");
    await b.loaded();
    assert.deepEqual([n(b), calls], [5, 2]);
    assert.match(logged().join(), /initial state of "box" took longer than 2000 ms/);
  });

  test("has written nothing by a callback that throws at once", async () => {
    const a = mount("box", "a");
    a.send("trip", []);
    await settled(a);
    a.send("add", []);
    await settled(a);
    assert.equal(n(a), 1);
  });

  test("may leave render() alone with what is wrong: it is said at the end of the call", async () => {
    const a = mount("box", "a");
    a.send("rash", []);
    await settled(a);
    assert.deepEqual([a.error?.code, a.error?.field, n(a)], ["E_VALIDATION", "n", 0]);
  });

  /** A call that was answered, while another one has written and not sent. */
  const duringAnother = async (first: "hang" | "leave") => {
    const a = mount("box", "a");
    a.send(first, []);
    await settled(a);
    const shown: number[] = [];
    a.listen(() => n(a) && shown.push(n(a)));
    a.send("halves", []);
    await until(() => started === 1);
    return { a, shown, ...(late[0] as Late) };
  };

  test("T39 takes nothing more of a callback that had its time, and says so to it", async () => {
    const { a, shown, state, context } = await duringAnother("hang");
    assert.equal(a.error?.code, "E_UNAVAILABLE");
    assert.equal(context.signal.aborted, true);
    for (const write of [() => state.n--, () => increment(state, "n")])
      assert.throws(write, { code: "E_LATE", message: /"box\.hang" took longer/ });
    await assert.rejects(context.render(), { code: "E_LATE" });
    gate.resolve();
    await settled(a);
    assert.deepEqual([a.error?.field, n(a), shown], ["n", 0, []]);
  });

  test("T39 sends nothing of another call by the render() of one that is over", async () => {
    const { a, shown, context } = await duringAnother("leave");
    assert.equal(context.signal.aborted, false);
    await context.render();
    gate.resolve();
    await settled(a);
    assert.deepEqual([a.error?.field, n(a), shown], ["n", 0, []]);
    a.unmount();
    await until(() => ended.length === 1);
    assert.equal(context.signal.aborted, true);
  });

  test("shows a page that comes back nothing that a callback has not sent", async () => {
    const a = mount("box", "a");
    a.send("draft", []);
    await until(() => started === 1);
    page.runtime.link.drop(closeCodes.parked);
    gate.resolve();
    await until(() => started === 2);
    page.runtime.link.connect();
    await until(() => n(a) === 6);
    assert.deepEqual(a.snapshot(), { n: 6, text: "" });
    doubt.resolve();
    await settled(a);
    assert.deepEqual([a.snapshot(), a.error?.code], [{ n: 6, text: "" }, "E_INTERNAL"]);
  });

  test("takes what was called after a call that is under way, when its page comes back", async () => {
    const a = mount("box", "a");
    a.send("wait", []);
    await until(() => started === 1);
    a.send("add", []);
    await reconnect();
    const b = mount("box", "b");
    b.send("add", []);
    await settled(b);
    gate.resolve();
    await settled(a);
    assert.deepEqual([n(a), a.error, started, app.counters.errors], [100, undefined, 1, {}]);
  });

  test("takes the calls of another element, whose own has left with the link, for others than that one's", async () => {
    const a = mount("box", "a");
    a.send("wait", []);
    a.send("add", []);
    await until(() => started === 1);
    page.runtime.link.drop(closeCodes.parked);
    a.unmount();
    await until(() => a.isEnded);
    const b = mount("box", "a");
    page.runtime.link.connect();
    await b.loaded();
    b.send("grow", [3]);
    await page.until("live");
    gate.resolve();
    await settled(b);
    assert.deepEqual([b.snapshot(), b.error, started], [{ n: 100, text: "xxx" }, undefined, 1]);
  });

  test("may have a key with slashes; one that is too long, and too many params, are its own error", async () => {
    assert.throws(() => mount("box", "k".repeat(190)), { code: "E_BAD_KEY" });
    assert.throws(() => mount("box.given", "big", { tags: ["x".repeat(60_000)] }), { code: "E_TOO_BIG" });
    assert.throws(() => mount("box.given", "bad", { prototype: "1" }), { code: "E_BAD_KEY" });
    const a = mount("box", "a/b//c");
    a.send("add", []);
    await settled(a);
    assert.equal(n(a), 1);
  });

  test("is greeted with many others that were given much", async () => {
    page.runtime.link.drop(closeCodes.parked);
    const all = Array.from({ length: 40 }, (_, index) =>
      mount("box.given", `k${index}`, { tags: ["x".repeat(3000)] }),
    );
    page.runtime.link.connect();
    await Promise.all(all.map((each) => each.loaded()));
    assert.equal(count(), 40);
  });

  test("runs onUnmount of all that are there when the app is closed, also of those whose link is lost", async () => {
    const other = await NodeClient.visit(`${served.url}/`);
    await Promise.all([mount("box", "a").loaded(), mount("box", "b", {}, other).loaded()]);
    other.runtime.link.close(closeCodes.parked);
    await until(() => app.counters.connections === 2 && app.run(() => true));
    await served.close();
    assert.deepEqual(ended, ["true", "true"]);
    assert.equal(count(), 0);
  });

  test("E8.1.4 with reconnect: false ends with its first link, on both ends, and the others of the page go on", async () => {
    const [a, b] = [mount("box.once", "a"), mount("box", "b")];
    a.send("add", []);
    b.send("add", []);
    await Promise.all([settled(a), settled(b)]);
    await reconnect();
    assert.deepEqual([a.isEnded, a.error?.code], [true, "E_ENDED"]);
    assert.deepEqual([ended, count()], [["once"], 1]);
    a.send("add", []);
    b.send("add", []);
    await settled(b);
    assert.deepEqual([n(a), n(b), a.isBusy], [1, 2, false]);
  });

  test("takes its params by the names that HTML has for them", async () => {
    let keys = 0;
    const gotOf = async (params: object) => {
      const instance = mount("box.given", `k${keys++}`, params);
      await instance.loaded();
      instance.unmount();
      return (instance.snapshot() as { got: string }).got;
    };
    assert.equal(await gotOf({ "start-at": "3", unknown: "x" }), '{"startAt":3}');
    assert.equal(await gotOf({ startat: "3", "is-open": "" }), '{"startAt":3,"isOpen":true}');
    assert.equal(await gotOf({ "start-at": "3", startAt: 12 }), '{"startAt":12}');
    assert.equal(await gotOf({ startAt: 12, "start-at": "345" }), '{"startAt":12}');
    assert.equal(await gotOf({ isopen: "false", tags: ["a"] }), '{"isOpen":false,"tags":["a"]}');
    await assert.rejects(gotOf({ "start-at": "many" }), { code: "E_VALIDATION", field: "startAt" });
    await assert.rejects(gotOf({ "start-at": null }), { code: "E_VALIDATION", field: "startAt" });
  });

  test("is rendered inside others, as deep as they stand", async () => {
    const { status, html: text } = await served.get("/nested");
    assert.equal(status, 200);
    assert.equal(text.match(/data-violet-live="box"/g)?.length, 3);
    assert.match(withoutMarkers(text), /<p>0<\/p>/);
  });

  test("is provided by <violet-live> to the elements inside it, on the server", async () => {
    const { html: text } = await served.get("/tag");
    assert.match(
      text,
      /<violet-live +component="box\.given"[^>]* data-violet-live="box\.given" data-violet-key="~0"/,
    );
    assert.match(withoutMarkers(text), /<q>{&quot;startAt&quot;:4,&quot;isOpen&quot;:true}<\/q>/);
  });

  test("that nobody defines fails the page of its <violet-live>, and the cure is said", async () => {
    const { status } = await served.get("/unknown");
    assert.equal(status, 500);
    assert.match(logged().join(), /E_UNKNOWN_CALLABLE: "nowhere" .* violet\({ modules }\)/);
  });

  test("is not called while its page is rendered, and how to bind the call is said", async () => {
    assert.equal((await served.get("/calling")).status, 500);
    assert.match(logged().join(), /"box" is read-only here: .*\. To bind it, write on\(add, ...\)\./);
  });

  test("that is in no module is named by its element", async () => {
    const { status } = await served.get("/unlisted");
    assert.equal(status, 500);
    const message = /The component of <edge-unlisted>: its live\(\) is in no module of violet\({ modules }\)/;
    assert.match(logged().join(), message);
    // In browsers it is asked for outside of a render, too.
    assert.throws(() => (new Unlisted() as unknown as MountedElement)[component](), {
      code: "E_UNKNOWN_CALLABLE",
      message,
    });
  });

  test("T22 is one client's alone: another one that knows its key gets one of its own", async () => {
    const a = mount("box", "a");
    a.send("add", []);
    await settled(a);
    const other = await NodeClient.visit(`${served.url}/`);
    const b = mount("box", "a", {}, other);
    b.send("grow", [3]);
    await settled(b);
    assert.deepEqual(
      [a.snapshot(), b.snapshot()],
      [
        { n: 1, text: "" },
        { n: 0, text: "xxx" },
      ],
    );
    other.close();
  });
});
