/** Live components over real sockets: a real site, and pages' runtimes in this process. */
import { customElement } from "lit/decorators.js";
import { array, integer, max, min, object, optional, size, string } from "superstruct";
import { LiveElement } from "../../../elements/index.ts";
import { type LiveContext, live, type VioletApp } from "../../../server/index.ts";
import { html, VioletError } from "../../../src/index.ts";
import type { Mounted } from "../../../src/state/live.ts";
import { LiveReplica } from "../../../src/state/live-replica.ts";
import { closeCodes } from "../../../src/wire/close-codes.ts";
import { NodeClient } from "../../support/node-client.ts";
import { getPage, type MemoryLogger, type Served, serve } from "../../support/serve.ts";
import { afterEach, assert, beforeEach, suite, test } from "../../support/suite.ts";

const told: (readonly [what: string, ...rest: unknown[]])[] = [];
let gate = Promise.withResolvers<void>();
let contexts: LiveContext<unknown>[] = [];

const counter = live({
  state: object({ count: max(integer(), 100), log: size(array(string()), 0, 3) }),
  params: object({ start: optional(min(integer(), 0)) }),
  initial: async ({ params, client }) => {
    told.push(["initial", client.id, params]);
    await Promise.resolve();
    return { count: params.start ?? 0, log: [] };
  },
  callbacks: (callback) => ({
    increment: (state) => {
      state.count++;
    },
    add: callback([integer()], (state, n) => {
      state.count += n;
    }),
    note: callback([string()], (state, text) => {
      state.log.push(text);
      if (state.log.length > 3) state.log.shift();
    }),
    slow: callback([string()], async (state, text, { render }) => {
      state.log = [`${text} begins`];
      await render();
      await gate.promise;
      state.log = [`${text} ends`];
    }),
    fail: async (state, { render }) => {
      state.count = 50;
      await render();
      state.count = 60;
      throw new Error("a secret of the server");
    },
    refuse: () => {
      throw new VioletError("E_VALIDATION", {}, { field: "email", message: "This address is taken." });
    },
    both: () => {
      const fields = { email: "This address is taken.", name: "This name is taken." };
      throw new VioletError("E_VALIDATION", {}, { fields, message: "Both are taken." });
    },
    enter: callback([object({ n: integer(), tags: array(string()) }), integer()], () => {}),
    hang: (state) => {
      state.count = 99;
      return new Promise(() => {});
    },
  }),
  onMount: (_state, context) => {
    contexts.push(context);
    told.push(["mount", context.client.id]);
  },
  onUnmount: (_state, { client, signal }) => told.push(["unmount", client.id, signal.aborted]),
  onError: (_state, error) => told.push(["error", error.message]),
});
const limited = live({
  state: object({ n: integer(), name: string() }),
  initial: () => ({ n: 0, name: "" }),
  callbacks: () => ({
    go: (state) => {
      state.n++;
    },
  }),
  rateLimit: "3/hour",
  model: ["name"],
});

@customElement("test-live-counter")
export class TestCounter extends LiveElement(counter) {
  override render() {
    return html`<button @click=${this.live.increment}>${this.state.count}</button>`;
  }
}

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise(setImmediate);
};

suite("live components", () => {
  let served: Served;
  let app: VioletApp;
  let page: NodeClient;
  const logger = () => (app as unknown as { settings: { logger: MemoryLogger } }).settings.logger;
  const open = () => NodeClient.visit(`${served.url}/`);
  const mount = (component: string, key?: string, params = {}, client = page) =>
    new LiveReplica(
      { host: {} as HTMLElement, component, key, params, changed: () => {} },
      client.runtime,
    ) as LiveReplica & Mounted;
  const stateOf = (instance: LiveReplica) => instance.snapshot() as { count: number; log: string[] };
  const settled = (instance: LiveReplica) => until(() => !instance.isBusy);

  beforeEach(async () => {
    told.length = 0;
    contexts = [];
    gate = Promise.withResolvers();
    served = await serve(
      (site, app) => {
        site.get(
          "/",
          app.page(() => html`<violet-status></violet-status>`),
        );
        site.get(
          "/counters",
          app.page(
            () => html`<test-live-counter start="3"></test-live-counter>
              <test-live-counter key="a"></test-live-counter><test-live-counter></test-live-counter>`,
          ),
        );
      },
      { modules: { counter: { counter }, parts: { limited } }, limits: { handlerMs: 2000, graceMs: 1000 } },
    );
    app = served.app;
    page = await open();
  });
  afterEach(async () => {
    page.close();
    await served.close();
  });

  test("D1.1 D2.2.1 E1.1 have a state of their own for each key, made once, of their params", async () => {
    const [a, b] = [mount("counter", "a", { start: "7", other: 1 }), mount("counter", "b")];
    await Promise.all([a.loaded(), b.loaded()]);
    assert.deepEqual([stateOf(a).count, stateOf(b).count], [7, 0]);
    a.send("increment", []);
    a.send("add", [10]);
    await settled(a);
    assert.deepEqual([stateOf(a).count, stateOf(b).count], [18, 0]);
    assert.deepEqual(
      told.filter(([what]) => what === "initial").map(([, , params]) => params),
      [{ start: 7 }, {}],
    );
    assert.deepEqual(a.about, {
      callbacks: { increment: 0, add: 1, note: 1, slow: 1, fail: 0, refuse: 0, both: 0, enter: 2, hang: 0 },
      params: ["start"],
    });
  });

  test("D4.1.1 E2.1.1 are another's for another page, under the same key", async () => {
    const other = await open();
    const [a, b] = [mount("counter", "a"), mount("counter", "a", {}, other)];
    a.send("add", [5]);
    await settled(a);
    await b.loaded();
    assert.deepEqual([stateOf(a).count, stateOf(b).count], [5, 0]);
    other.close();
  });

  test("E6.1 take calls one after another, and show what render() sends in between", async () => {
    const a = mount("counter", "a");
    a.send("slow", ["first"]);
    a.send("slow", ["second"]);
    await until(() => stateOf(a).log?.[0] === "first begins");
    gate.resolve();
    const shown: string[] = [];
    a.listen(() => shown.push(stateOf(a).log[0] as string));
    await settled(a);
    assert.deepEqual(shown, ["first ends", "second begins", "second ends"]);
  });

  test("E10.2.2 E10.2.3 E10.2.4 undo what a callback wrote since its last render() when it throws, and tell no more than that", async () => {
    const a = mount("counter", "a");
    a.send("fail", []);
    await settled(a);
    assert.equal(stateOf(a).count, 50);
    assert.deepEqual(a.error, {
      callback: "fail",
      code: "E_INTERNAL",
      field: undefined,
      message: "Something failed on the server.",
    });
    assert.deepEqual(told.at(-1), ["error", "a secret of the server"]);
    assert.equal(logger().errors.at(-1)?.err.message, "a secret of the server");
    a.send("increment", []);
    await settled(a);
    assert.deepEqual([a.error, stateOf(a).count], [undefined, 51]);
  });

  test("D2.3.3 D6.3 D6.5 D12.1 E10.1.1 E14.3.1 refuse arguments, states and calls that do not fit, each with its field", async () => {
    const a = mount("counter", "a");
    const errorOf = async (callback: string, ...args: unknown[]) => {
      a.send(callback, args);
      await settled(a);
      const { code, field } = a.error ?? {};
      return [code, field];
    };
    assert.deepEqual(await errorOf("add", "many"), ["E_VALIDATION", "0"]);
    assert.deepEqual(await errorOf("add", 1, 2), ["E_VALIDATION", "1"]);
    assert.deepEqual(await errorOf("add", "12"), [undefined, undefined]);
    assert.deepEqual(await errorOf("add", 1000), ["E_VALIDATION", "count"]);
    assert.deepEqual(await errorOf("refuse"), ["E_VALIDATION", "email"]);
    assert.equal(a.error?.message, "This address is taken.");
    assert.deepEqual(await errorOf("constructor"), ["E_UNKNOWN_CALLABLE", undefined]);
    assert.match(
      a.error?.message ?? "",
      /^"constructor": the component has no such callback; it has .*\badd, .*\brefuse/,
    );
    assert.equal(stateOf(a).count, 12);
  });

  test("tell of all fields that do not fit, also of those that a callback refuses", async () => {
    const a = mount("counter", "a");
    const errorOf = async (callback: string, ...args: unknown[]) => {
      a.send(callback, args);
      await settled(a);
      return [a.error?.field, a.error?.message, a.error?.fields];
    };
    assert.deepEqual(await errorOf("both"), [
      "email",
      "Both are taken.",
      { email: "This address is taken.", name: "This name is taken." },
    ]);
    assert.deepEqual(await errorOf("enter", { n: "many", tags: ["a", 1] }, "x"), [
      "n",
      "Must be an integer.",
      { n: "Must be an integer.", "tags.1": "Must be text.", 1: "Must be an integer." },
    ]);
    assert.deepEqual(await errorOf("enter", { n: 1, tags: [], more: 1 }, 1), [
      "more",
      "Must be left out.",
      { more: "Must be left out." },
    ]);
  });

  test("D2.1.6 check what a callback wrote as a whole", async () => {
    const a = mount("counter", "a");
    for (const text of ["a", "b", "c", "d"]) a.send("note", [text]);
    await settled(a);
    assert.deepEqual(stateOf(a).log, ["b", "c", "d"]);
  });

  test("give a callback so much time, and then answer", async () => {
    const a = mount("counter", "a");
    a.send("hang", []);
    a.send("increment", []);
    await settled(a);
    assert.deepEqual([stateOf(a).count, a.error], [1, undefined]);
    assert.match(JSON.stringify(told), /"error"/);
  });

  test("D7.3.7 E2.1.3 go on after a lost link with the state they had, and make each call once", async () => {
    const a = mount("counter", "a");
    await a.loaded();
    for (let round = 0; round < 20; round++) {
      a.send("increment", []);
      page.runtime.link.drop(closeCodes.parked);
      page.runtime.link.connect();
      await page.until("live");
    }
    await settled(a);
    assert.equal(stateOf(a).count, 20);
    assert.equal(told.filter(([what]) => what === "initial").length, 1);
  });

  test("answer a call that was under way when the link was lost", async () => {
    const a = mount("counter", "a");
    a.send("slow", ["it"]);
    await until(() => stateOf(a).log?.[0] === "it begins");
    page.runtime.link.drop(closeCodes.parked);
    page.runtime.link.connect();
    await page.until("live");
    gate.resolve();
    await settled(a);
    assert.deepEqual([stateOf(a).log, a.error], [["it ends"], undefined]);
  });

  test("D5.2.2 E2.1.3 E4.2.1 end with their element, at once, and with their page", async () => {
    const [a, b] = [mount("counter", "a"), mount("counter", "b")];
    await Promise.all([a.loaded(), b.loaded()]);
    a.unmount();
    await until(() => contexts[0]?.signal.aborted === true);
    assert.equal(contexts[1]?.signal.aborted, false);
    page.close();
    await until(() => contexts[1]?.signal.aborted === true);
    assert.equal(told.filter(([what]) => what === "unmount").length, 2);
    assert.equal((app as unknown as { instances: { size: number } }).instances.size, 0);
  });

  test("start afresh where the instance is gone: a call that was sent is undecided, and not made again", async () => {
    const a = mount("counter", "a");
    a.send("slow", ["lost"]);
    await until(() => stateOf(a).log?.[0] === "lost begins");
    page.runtime.link.close(closeCodes.parked);
    await until(() => contexts[0]?.signal.aborted === true);
    page.runtime.link.connect();
    await page.until("live");
    await settled(a);
    assert.deepEqual([stateOf(a).log, a.error?.code], [[], "E_UNDECIDED"]);
    assert.match(a.error?.message ?? "", /^It is not known whether this was done\./);
    gate.resolve();
    a.send("increment", []);
    await settled(a);
    assert.deepEqual([stateOf(a).count, a.error], [1, undefined]);
  });

  test("D14.3 E14.2.1 take so many calls, and refuse those above", async () => {
    const a = mount("parts.limited", "a");
    for (let n = 0; n < 5; n++) a.send("go", []);
    await settled(a);
    assert.deepEqual([a.snapshot(), a.error?.code], [{ n: 3, name: "" }, "E_RATE"]);
  });

  test("let fields write the keys of their model, and no others", async () => {
    const a = mount("parts.limited", "a");
    await a.loaded();
    (a.root as { name: string }).name = "Ada";
    assert.throws(() => ((a.root as { n: number }).n = 9), { code: "E_READ_ONLY" });
    await a.settled();
    assert.deepEqual(a.snapshot(), { n: 0, name: "Ada" });
  });

  test("D2.3.1 are refused where there is none of that name, or its params do not fit", async () => {
    await assert.rejects(mount("nothing").loaded(), {
      code: "E_UNKNOWN_CALLABLE",
      message: /: "nothing" is /,
    });
    await assert.rejects(mount("counter", "x", { start: -1 }).loaded(), {
      code: "E_VALIDATION",
      field: "start",
    });
  });

  test("D5.2.1 D7.3.3 E4.1.1 are rendered with their state, and then are their page's: initial runs once", async () => {
    page.close();
    const shown = await getPage(`${served.url}/counters`);
    assert.match(shown.html, /data-violet-live="counter" data-violet-key="~0"/);
    page = NodeClient.of(served.url, shown);
    const [first, keyed, second] = [mount("counter", "~0"), mount("counter", "a"), mount("counter", "~1")];
    assert.deepEqual([stateOf(first).count, stateOf(keyed).count, stateOf(second).count], [3, 0, 0]);
    assert.equal(first.about?.callbacks.add, 1);
    second.send("increment", []);
    first.send("increment", []);
    await Promise.all([settled(first), settled(second)]);
    assert.deepEqual([stateOf(first).count, stateOf(keyed).count, stateOf(second).count], [4, 0, 1]);
    assert.equal(told.filter(([what]) => what === "initial").length, 3);
    assert.equal(told.filter(([what]) => what === "mount").length, 3);
  });
});
