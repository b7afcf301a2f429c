/** An element that leaves while something that it has called is not sent. */
import { integer, object, string } from "superstruct";
import { live } from "../../../server/index.ts";
import type { VioletError } from "../../../src/index.ts";
import { TestClock } from "../../../testing/clock.ts";
import type { TestClient } from "../../../testing/index.ts";
import { type TestSite, testSite } from "../../../testing/site.ts";
import { mountIn } from "../../support/mounted.ts";
import { afterEach, assert, beforeEach, suite, test } from "../../support/suite.ts";

let gate = Promise.withResolvers<void>();
let told: string[] = [];
let clock = new TestClock();

const draft = live({
  state: object({ n: integer(), text: string() }),
  initial: () => ({ n: 0, text: "" }),
  callbacks: (callback) => ({
    save: callback([string()], async (state, text, { signal }) => {
      told.push(`begins ${text}`);
      await gate.promise;
      state.text = text;
      told.push(`saved ${text}${signal.aborted ? ", aborted" : ""}`);
    }),
  }),
  debounceMs: 3000,
  onUnmount: () => told.push("unmount"),
});
const steps = live({
  state: object({ n: integer() }),
  initial: () => ({ n: 0 }),
  callbacks: () => ({
    wait: async () => {
      told.push("waits");
      await gate.promise;
    },
    stream: async (state, { render }) => {
      try {
        for (;;) {
          state.n++;
          await render();
          await new Promise<void>((resolve) => clock.setTimeout(resolve, 500));
        }
      } catch (error) {
        told.push(`ends after ${state.n}: ${(error as VioletError).code}`);
      }
    },
    add: (state) => {
      told.push(`added ${++state.n}`);
    },
  }),
  onUnmount: () => told.push("unmount"),
});

suite("an element that leaves", () => {
  let site: TestSite;
  let ada: TestClient;

  beforeEach(async () => {
    gate = Promise.withResolvers();
    told = [];
    clock = new TestClock();
    site = await testSite({
      clock,
      options: { modules: { draft: { draft }, steps: { steps } } },
    });
    ada = await site.client();
  });
  afterEach(() => site.close());

  /** Something was typed, and is not called yet. */
  const typed = async (text: string) => {
    const instance = mountIn(ada, "draft", "a");
    await site.settle();
    instance.send("save", ["some"]);
    instance.send("save", [text]);
    await site.settle();
    return instance;
  };
  /** It has left the page, and does not come back in the same turn. */
  const leave = async (instance: ReturnType<typeof mountIn>) => {
    instance.unmount();
    await site.pass(0);
  };

  test("makes the call that debounceMs holds back, and ends when that is answered", async () => {
    const a = await typed("all");
    assert.deepEqual(told, []);
    await leave(a);
    assert.deepEqual([told, a.isEnded], [["begins all"], true]);
    a.send("save", ["more"]);
    gate.resolve();
    await site.settle();
    assert.deepEqual(told, ["begins all", "saved all", "unmount"]);
    await site.pass(10_000);
    assert.equal(told.length, 3);
  });

  test("makes it when its link is back", async () => {
    const a = await typed("offline");
    ada.network.goOffline();
    await leave(a);
    gate.resolve();
    await site.pass(20_000);
    assert.deepEqual(told, []);
    ada.network.goOnline();
    await site.until("it has ended", () => told.includes("unmount"));
    assert.deepEqual(told, ["begins offline", "saved offline", "unmount"]);
  });

  test("makes the calls that wait for another's answer", async () => {
    const a = mountIn(ada, "steps", "a");
    await site.settle();
    a.send("wait", []);
    a.send("add", []);
    await leave(a);
    assert.deepEqual(told, ["waits"]);
    gate.resolve();
    await site.settle();
    assert.deepEqual(told, ["waits", "added 1", "unmount"]);
  });

  test("does not wait for a call that hangs", async () => {
    const a = mountIn(ada, "steps", "a");
    await site.settle();
    a.send("wait", []);
    await leave(a);
    assert.deepEqual(told, ["waits", "unmount"]);
    const b = await typed("in vain");
    await leave(b);
    await site.until("it has ended", () => told.length === 4);
    assert.deepEqual(told.slice(2), ["begins in vain", "unmount"]);
  });

  test("gives a call that does not mind no more time, however often it renders", async () => {
    const a = mountIn(ada, "steps", "a");
    await site.settle();
    a.send("stream", []);
    await site.pass(15_000);
    assert.deepEqual(told, []);
    await leave(a);
    await site.pass(15_000);
    assert.match(told.join(), /^unmount,ends after \d+: E_LATE$/);
  });

  test("leaves its instance to one that comes before that is answered", async () => {
    const a = await typed("all");
    await leave(a);
    assert.equal(mountIn(ada, "draft", "a"), a);
    gate.resolve();
    await site.pass(20_000);
    assert.deepEqual(
      [a.snapshot(), a.isEnded, told],
      [{ n: 0, text: "all" }, false, ["begins all", "saved all"]],
    );
  });
});
