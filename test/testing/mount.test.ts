import { customElement, property } from "lit/decorators.js";
import { array, integer, max, object, optional, string } from "superstruct";
import { from, LiveElement, VioletElement } from "../../elements/index.ts";
import { live, server } from "../../server/index.ts";
import { client, html, shared, VioletError } from "../../src/index.ts";
import { mount, TestClock, testSite } from "../../testing/index.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

let told: unknown[] = [];
/** For whom instances began. */
let clients: string[] = [];
/** Opened by the test, one after another. */
let gates: PromiseWithResolvers<void>[] = [];

const toast = client.realtime([string()], () => {});
const notes = shared("mount-notes", {
  state: object({ texts: array(string()) }),
  initial: () => ({ texts: ["first"] }),
});

const counter = live({
  state: object({ count: max(integer(), 100), log: array(string()) }),
  params: object({ startAt: optional(integer()), tags: optional(array(string())) }),
  initial: async ({ params, client, session }) => {
    clients.push(client.id);
    told.push(["initial", params, client.user, (session as { user?: unknown }).user]);
    await Promise.resolve();
    return { count: params.startAt ?? 0, log: [] };
  },
  callbacks: (callback) => ({
    increment: (state) => {
      state.count++;
    },
    add: callback([integer(), optional(string())], (state, n, note) => {
      state.count += n;
      if (note) state.log.push(note);
    }),
    wait: callback([string()], async (state, text, { render }) => {
      state.log.push(`${text} begins`);
      await render();
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      state.log.push(`${text} ends`);
    }),
    fail: (state) => {
      state.count = 99;
      throw new Error("a secret of the server");
    },
    refuse: (): void => {
      throw new VioletError("E_VALIDATION", {}, { field: "email", message: "This address is taken." });
    },
    tell: callback([string()], (_, to, { client, broadcast, broadcastTo }) => {
      broadcast("mount-all", { by: client.id });
      broadcast("mount-bare");
      broadcastTo(to, "mount-one", 1);
      toast.invoke(client.id, "Saved");
    }),
    note: callback([string()], (_, text) => void server.store(notes).texts.push(text)),
  }),
  onMount: (state) => {
    told.push("mount");
    state.log.push("mounted");
  },
  onUnmount: () => told.push("unmount"),
  onError: (_, error) => told.push(error.message),
});

const search = live({
  state: object({ asked: array(string()) }),
  initial: () => ({ asked: [] }),
  callbacks: (callback) => ({
    ask: callback([string()], (state, text) => void state.asked.push(text)),
    hang: () => new Promise(() => {}),
  }),
  debounceMs: 300,
});

const strict = live({
  state: object({ n: integer() }),
  params: object({ n: integer() }),
  initial: ({ params: { n } }) => {
    if (n === -2) throw new VioletError("E_VALIDATION", {}, { field: "n", message: "Not of acme-internal." });
    if (n < 0) throw new Error("no database");
    return { n };
  },
  callbacks: () => ({ go: (state) => void state.n++ }),
  rateLimit: "3/hour",
  maxReconnects: 0,
});

const shop = live({
  state: object({ left: integer() }),
  params: object({ each: integer() }),
  initial: () => ({ left: 9 }),
  callbacks: (callback) => ({
    sell: callback(
      [integer()],
      async (state, n, { client, params, signal, render, broadcast, broadcastTo }) => {
        state.left -= n;
        await render();
        broadcast("sold", n * params.each);
        broadcastTo(client.id, "bought", signal.aborted);
        return client.id;
      },
    ),
    empty: (state, { client }) => {
      state.left = 0;
      told.push(client.id);
    },
  }),
});

@customElement("mount-counter")
class MountCounter extends LiveElement(counter) {
  @property({ type: Number }) accessor startAt = 0;
  @property({ attribute: false }) accessor tags: readonly string[] = [];
  @from(notes) accessor texts!: readonly string[];
  override render() {
    if (this.state.count === 13) throw new Error("unlucky");
    return html`<p>Count: ${this.state.count} from ${this.startAt} ${this.tags.join("+")}</p>
      <p>${this.texts.join()} ${this.getAttribute("key")}</p>
      <p role="alert">${this.error?.code}</p><i>${this.busy ? "busy" : "idle"}</i>
      <form @submit=${this.live.increment}><button ?disabled=${this.busy}>+</button></form>`;
  }
}

@customElement("mount-strict")
class MountStrict extends LiveElement(strict) {
  override render() {
    return html`<b>${this.state.n}</b>`;
  }
}

@customElement("mount-writer")
class MountWriter extends LiveElement(strict) {
  override render() {
    notes.texts.push("rendered");
    return html`<b>${this.state.n}</b>`;
  }
}

@customElement("mount-plain")
class MountPlain extends VioletElement {}

const outer = live({ state: object({ name: string() }), initial: () => ({ name: "outer" }) });
@customElement("mount-outer")
class MountOuter extends LiveElement(outer) {
  override render() {
    return html`<h1>${this.state.name}</h1><mount-counter startAt="4"></mount-counter>`;
  }
}

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise(setImmediate);
};

beforeEach(() => {
  told = [];
  clients = [];
  gates = [];
});

suite("mount", () => {
  test("E11.2.1 E11.2.2 E11.2.3 gives the state of a real instance, and runs its callbacks as a page's", async () => {
    await using card = await mount(counter, { startAt: 3 });
    assert.deepEqual(card.state, { count: 3, log: ["mounted"] });
    await card.trigger("increment");
    await card.trigger("add", 2, "two");
    assert.deepEqual(card.state, { count: 6, log: ["mounted", "two"] });
    assert.equal(card.error, undefined);
    assert.deepEqual(told, [["initial", { startAt: 3 }, undefined, undefined], "mount"]);
  });

  test("shows why a call came to nothing, as an element has it, until the next one that did not", async () => {
    await using card = await mount(counter);
    await card.trigger("fail");
    const message = "Something failed on the server.";
    assert.deepEqual(card.error, { callback: "fail", code: "E_INTERNAL", field: undefined, message });
    assert.equal(card.state.count, 0);
    assert.deepEqual(card.site.errors.map(String), ["Error: a secret of the server"]);
    assert.equal(told.at(-1), "a secret of the server");
    await card.trigger("refuse");
    assert.deepEqual([card.error?.field, card.error?.message], ["email", "This address is taken."]);
    await card.trigger("add", "many" as never);
    assert.deepEqual([card.error?.code, card.error?.field], ["E_VALIDATION", "0"]);
    await card.trigger("add", 101);
    assert.deepEqual([card.error?.code, card.error?.field], ["E_VALIDATION", "count"]);
    await card.trigger("increment");
    assert.deepEqual([card.error, card.state.count], [undefined, 1]);
    await assert.rejects(card.trigger("add", Number.NaN), { code: "E_NOT_JSON" });
  });

  test("answers each call when it is over, in their order, and calls without waiting by `live`", async () => {
    await using card = await mount(counter, {}, { element: MountCounter });
    const first = card.trigger("wait", "first");
    card.live.wait("second");
    card.live.increment();
    await until(() => card.state.log.includes("first begins"));
    assert.ok(card.busy);
    assert.match(card.html, /<i>busy<\/i>/);
    gates[0]?.resolve();
    await first;
    assert.deepEqual([card.state.log.includes("first ends"), card.state.count], [true, 0]);
    await until(() => gates.length === 2);
    gates[1]?.resolve();
    await card.trigger("fail");
    assert.deepEqual([card.busy, card.state.count, card.error?.code], [false, 1, "E_INTERNAL"]);
    assert.deepEqual(card.state.log.slice(1), ["first begins", "first ends", "second begins", "second ends"]);
  });

  test("answers a call that is accepted after one that is refused", async () => {
    await using card = await mount(counter);
    const both = [card.trigger("fail"), card.trigger("wait", "it")];
    await both[0];
    assert.equal(card.error?.callback, "fail");
    await until(() => gates.length === 1);
    gates[0]?.resolve();
    await both[1];
    assert.deepEqual([card.error, card.state.log.at(-1)], [undefined, "it ends"]);
  });

  test("counts calls by the component's rate limit", async () => {
    await using card = await mount(strict, { n: 1 });
    for (let calls = 0; calls < 4; calls++) await card.trigger("go");
    assert.deepEqual([card.state.n, card.error?.code], [4, "E_RATE"]);
  });

  test("refuses params that do not fit, and says what `initial` threw", async () => {
    const message = /^E_VALIDATION: "component\.n" is refused; expected an integer, got undefined\.$/;
    await assert.rejects(mount(strict, {} as never), { code: "E_VALIDATION", field: "n", message });
    await assert.rejects(mount(strict, { n: "many" as never }), { code: "E_VALIDATION", field: "n" });
    await assert.rejects(mount(strict, { n: -1 }), (error) => {
      const { code, cause } = error as { code: string; cause: Error };
      return code === "E_INTERNAL" && cause.message === "no database";
    });
    // The sentence of the app's own code is told to no page that may not have the instance.
    const unsaid = /^(?!.*acme)/;
    await assert.rejects(mount(strict, { n: -2 }), { code: "E_VALIDATION", field: "n", message: unsaid });
    await assert.rejects(mount({} as typeof strict, { n: 1 }), { code: "E_OPTION" });
    await assert.rejects(mount(strict, { n: 1 }, { kee: "a" } as object), { code: "E_OPTION" });
  });

  test("is for whom `user` says, under the key that it is given", async () => {
    const options = { publicUser: ({ name }: { name: string }) => ({ name }) };
    const user = { id: 7, name: "Ada" };
    await using card = await mount(counter, { tags: ["a"] }, { user, options, key: "row 7" });
    assert.deepEqual(told[0], ["initial", { tags: ["a"] }, { name: "Ada" }, user]);
    assert.deepEqual((await card.site.app.sessionOf(card.client.request()))?.user, user);
    await assert.rejects(card.client.mount(counter, {}, { key: "row 7" }), { code: "E_UNKNOWN_CALLABLE" });
  });

  test("runs onUnmount when it is unmounted, and when its site is closed", async () => {
    const card = await mount(counter, {}, { clock: new TestClock() });
    card.client.network.set({ delayMs: 50 });
    card.live.wait("it");
    await card.site.pass(100);
    const waiting = card.trigger("increment");
    await card.unmount();
    assert.equal(told.at(-1), "unmount");
    await waiting;
    await assert.rejects(card.trigger("increment"), { code: "E_ENDED" });
    await card.site.close();
    {
      await using other = await mount(counter);
      told = [];
      assert.equal(other.state.count, 0);
    }
    assert.deepEqual(told, ["unmount"]);
  });

  test("is of real sockets, too", async () => {
    await using card = await mount(counter, {}, { transport: "socket", element: MountCounter });
    await card.trigger("add", 5);
    assert.match(card.html, /Count: 5/);
    await card.unmount();
    assert.equal(told.at(-1), "unmount");
  });

  test("leaves the component's name to the app, whichever comes first", async () => {
    await using first = await mount(search);
    await using site = await testSite({ options: { modules: { find: { search } } } });
    const ada = await site.client();
    await using second = await ada.mount(search, {}, { key: "mine" });
    await using third = await mount(search);
    await Promise.all([first, second, third].map((each) => each.trigger("ask", "tea")));
    for (const { state } of [first, second, third]) assert.deepEqual(state.asked, ["tea"]);
    await assert.rejects(ada.mount(search, {}, { key: "mine" }), { code: "E_DUPLICATE_KEY" });
    await assert.rejects(ada.mount(search, {}, { key: "other", element: MountPlain }), { code: "E_OPTION" });
    await using _other = await ada.mount(search, {}, { key: "other" });
    await second.unmount();
    await using again = await ada.mount(search, {}, { key: "mine" });
    assert.deepEqual(again.state.asked, []);
  });
});

suite("what a mounted component tells", () => {
  test("is heard by the pages that it names, and by their handlers", async () => {
    const handled: unknown[] = [];
    const stop = client.on("mount-all", (data) => handled.push(data));
    await using card = await mount(
      counter,
      {},
      { options: { modules: { counter: { counter }, toast: { toast } } } },
    );
    const bob = await card.site.client();
    await card.trigger("tell", bob.self.id);
    await card.site.settle();
    const all = [{ event: "mount-all", data: { by: card.client.self.id } }, { event: "mount-bare" }];
    assert.deepEqual<unknown>(card.client.heard, [...all, { call: "toast", args: ["Saved"] }]);
    assert.deepEqual<unknown>(bob.heard, [...all, { event: "mount-one", data: 1 }]);
    assert.deepEqual(handled, [all[0]?.data, all[0]?.data]);
    stop();
  });
});

suite("a mounted component by a test clock", () => {
  const clock = () => new TestClock();

  test("waits for the last of the calls that follow each other", async () => {
    await using card = await mount(search, {}, { clock: clock() });
    card.live.ask("t");
    await card.site.pass(200);
    card.live.ask("te");
    await card.site.pass(299);
    assert.deepEqual(card.state.asked, []);
    await card.site.pass(1);
    assert.deepEqual(card.state.asked, ["te"]);
    await Promise.all([card.trigger("ask", "tea"), card.trigger("ask", "teas")]);
    assert.deepEqual(card.state.asked, ["te", "teas"]);
  });

  test("gives a callback so much time, and waits for that by itself", async () => {
    const options = { limits: { handlerMs: 60_000 } };
    await using card = await mount(search, {}, { clock: clock(), options });
    card.live.hang();
    await card.site.pass(60_299);
    assert.ok(card.busy);
    await card.site.pass(1);
    assert.deepEqual([card.busy, card.error?.code], [false, "E_UNAVAILABLE"]);
    await card.trigger("ask", "tea");
    await card.trigger("hang");
    assert.equal(card.error?.code, "E_UNAVAILABLE");
  });

  test("has its state again within the grace time, and begins afresh after it", async () => {
    await using card = await mount(counter, {}, { clock: clock(), options: { limits: { graceMs: 60_000 } } });
    const { network } = card.client;
    await card.trigger("add", 5);
    network.goOffline();
    card.live.increment();
    await card.site.pass(50_000);
    network.goOnline();
    await card.client.until("live");
    await card.trigger("increment");
    assert.equal(card.state.count, 7);
    network.goOffline();
    await card.site.pass(120_000);
    assert.equal(told.at(-1), "unmount");
    network.goOnline();
    await card.trigger("increment");
    assert.equal(card.state.count, 1);
  });

  test("is over with its link where it does not come back", async () => {
    await using card = await mount(strict, { n: 1 }, { clock: clock(), element: MountStrict });
    card.client.network.cut();
    await card.client.until("live");
    assert.equal(card.error?.code, "E_ENDED");
    await assert.rejects(card.trigger("go"), { code: "E_ENDED" });
    assert.match(card.html, /<b>1<\/b>/);
  });
});

suite("the html of a mounted component", () => {
  test("E11.2.4 is what its element shows now, with what it was given", async () => {
    const params = { startAt: 3, tags: ["a", "b"] };
    await using card = await mount(counter, params, { element: MountCounter, key: "k" });
    assert.match(card.html, /^<mount-counter [^>]*data-violet-key="k"[^>]*><template shadowroot/);
    assert.match(
      card.html,
      /<p>Count: 3 from 3 a\+b<\/p>\s*<p>first <\/p>\s*<p role="alert"><\/p><i>idle<\/i>/,
    );
    assert.match(card.html, /<form ><button >\+/);
    await card.trigger("fail");
    assert.match(card.html, /<p role="alert">E_INTERNAL<\/p>/);
    await card.trigger("add", 10);
    assert.throws(() => card.html, { name: "RenderError", message: /<mount-counter>: unlucky/ });
  });

  test("shows other stores as the page has them, to be read only", async () => {
    const modules = { counter: { counter }, strict: { strict } };
    await using site = await testSite({ clock: new TestClock(), options: { modules } });
    site.app.run(() => notes.texts.push("second"));
    const ada = await site.client();
    ada.network.set({ delayMs: 50 });
    const card = await ada.mount(counter, {}, { element: MountCounter });
    assert.match(card.html, /<p>first,second <\/p>/);
    await card.trigger("note", "third");
    await site.until("the note is there", () => card.html.includes("first,second,third"));
    await assert.rejects(ada.mount(strict, { n: 1 }, { element: MountWriter }), {
      message: /<mount-writer>: E_READ_ONLY/,
    });
  });

  test("is a template's, around the first live element in it", async () => {
    const element = html`<main><mount-strict id="it"></mount-strict></main>`;
    await using card = await mount(strict, { n: 5 }, { element });
    await card.trigger("go");
    assert.match(card.html, /^<main><mount-strict +id="it" n="5"[^>]*>.*<b>6<\/b>.*<\/main>$/s);
  });

  test("is that of plain HTML with its bindings filled", async () => {
    const element = html`<violet-live component="strict"><b data-text="n"></b></violet-live>`;
    await using card = await mount(strict, { n: 5 }, { element });
    await card.trigger("go");
    assert.match(card.html, /<b data-text="n">6<\/b><\/violet-live>$/);
  });

  test("holds the components inside it, as they begin", async () => {
    const modules = { outer: { outer }, counter: { counter } };
    await using card = await mount(outer, {}, { element: MountOuter, options: { modules } });
    assert.match(card.html, /<h1>outer<\/h1>.*<p>Count: 4 from 4/s);
    assert.deepEqual(clients, [card.client.self.id]);
    assert.equal((card.site.app as unknown as { instances: { size: number } }).instances.size, 1);
  });

  test("is refused where there is no element, or one that is not live", async () => {
    await using card = await mount(counter);
    assert.throws(() => card.html, { code: "E_OPTION" });
    class Nameless extends MountPlain {}
    for (const element of [MountPlain, Nameless, html`<p>nothing</p>`])
      await assert.rejects(mount(counter, {}, { element }), { code: "E_OPTION" });
    await assert.rejects(mount(counter, { startAt: 13 }, { element: MountCounter }), { name: "RenderError" });
  });
});

suite("callbacks by themselves", () => {
  test("are functions of a plain state, with their arguments checked", async () => {
    const state = { count: 1, log: [] as string[] };
    counter.callbacks.add(state, 2);
    counter.callbacks.add(state, "3" as never, "three");
    counter.callbacks.increment(state);
    assert.deepEqual(state, { count: 7, log: ["three"] });
    assert.throws(() => counter.callbacks.add(state, "many" as never), { code: "E_VALIDATION", field: "0" });
    assert.throws(() => counter.callbacks.fail(state), { message: "a secret of the server" });
    const waiting = counter.callbacks.wait(state, "it");
    await until(() => gates.length === 1);
    gates[0]?.resolve();
    await waiting;
    assert.deepEqual(state.log, ["three", "it begins", "it ends"]);
  });

  test("are given what the test says of their context, and the rest does nothing", async () => {
    const sent: unknown[] = [];
    const broadcast = (event: string, data: unknown) => void sent.push([event, data]);
    const state = { left: 5 };
    const params = { each: 2 };
    assert.equal(await shop.callbacks.sell(state, 3, { broadcast, params }), "server");
    assert.deepEqual(sent, [["sold", 6]]);
    await shop.callbacks.sell(state, 2);
    shop.callbacks.empty(state, { client: { id: "ada" } });
    assert.deepEqual(told, ["ada"]);
    assert.deepEqual([state, sent.length], [{ left: 0 }, 1]);
  });
});
