import assert from "node:assert/strict";
import { number, object, string } from "superstruct";
import { difference } from "../../../server/hub/difference.ts";
import type { AccessRules } from "../../../src/state/definition.ts";
import type { JsonObject } from "../../../src/state/json.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { HubBench, type HubBenchOptions, type HubPage, only } from "../../support/hub.ts";
import { suite, test } from "../../support/suite.ts";

const State = object({ count: number(), text: string() });
type State = { count: number; text: string };

let stores = 0;
const store = (access: AccessRules<State>) =>
  definitionOf(
    shared(`exit${stores++}`, {
      state: State,
      initial: (): State => ({ count: 0, text: "" }),
      access: { write: () => true, ...access },
      actions: (action) => ({
        say: action([string()], (state, text) => {
          state.text = text;
        }),
      }),
    }),
  );

/** A store, its rule `read`, and a page that has subscribed to it. */
async function open(read: NonNullable<AccessRules["read"]>, options: HubBenchOptions = {}) {
  const bench = new HubBench(options);
  const definition = store({ read });
  const page = await bench.subscriber("ann", definition);
  await page.news();
  const authority = await bench.authority(definition);
  const write = async (text: string) => {
    (authority.root as State).text = text;
    await authority.settled();
    await bench.settle();
  };
  return { bench, definition, page, authority, write };
}

const forbidden = (name: string) => ({
  type: "error",
  code: "E_FORBIDDEN",
  store: name,
  message: `E_FORBIDDEN: "${name}": not allowed, or unknown.`,
});
const say = (text: string) => ({ action: "say", args: [text], seed: 1, at: 1_700_000_000_000 });
const texts = (page: HubPage) => page.buffers.map(String).join("");

suite("a client that may not read any more", () => {
  const lose = async () => {
    let isAllowed = true;
    const opened = await open(() => isAllowed);
    await opened.write("before");
    only(await opened.page.news(), "SYNC");
    isAllowed = false;
    return { ...opened, allow: () => (isAllowed = true) };
  };

  test("T12 gets no patch, and is told that the store is closed to it", async () => {
    const { page, definition, write } = await lose();
    await write("secret");
    assert.deepEqual(await page.news(), [forbidden(definition.name)]);
    await write("secret");
    assert.deepEqual(await page.news(), []);
    assert.doesNotMatch(texts(page), /secret/);
  });

  test("T13 writes nothing, and is not told what an action of its own made", async () => {
    const { page, definition, authority } = await lose();
    assert.deepEqual(await page.sync(1, 1, 1, say("secret")), [forbidden(definition.name)]);
    assert.equal(authority.version, 1);
    assert.deepEqual(
      [await page.sync(1, 2, 1, say("secret")), await page.sync(99, 2, 1, say("secret"))].map((frames) => {
        const { store: _, ...told } = only(frames, "error");
        return told;
      }),
      Array(2).fill({
        type: "error",
        code: "E_FORBIDDEN",
        re: 2,
        message: 'E_FORBIDDEN: "": not allowed, or unknown.',
      }),
    );
    assert.doesNotMatch(texts(page), /secret/);
  });

  test("is not told what became of a write that was under way", async () => {
    let isAllowed = true;
    const { page, definition, authority } = await open(() => isAllowed);
    page.post({ type: "SYNC", store: 1, n: 1, v: 0, batches: [say("secret")] });
    isAllowed = false;
    assert.deepEqual(await page.news(), [forbidden(definition.name)]);
    assert.equal(authority.version, 1);
  });

  test("gets nothing by a resume or a snapshot, on this link and on the next one", async () => {
    const { page, bench, definition, write, authority } = await lose();
    const known = { store: definition.name, life: 1, epoch: authority.epoch, version: 1 };
    await write("secret");
    await page.news();
    const next = bench.page();
    const answers = [
      await page.send({ type: "subscribe", ...known }),
      await page.send({ type: "subscribe", store: definition.name, life: 1 }),
      (await next.hello("ann", known)).slice(1),
    ];
    assert.deepEqual(answers, Array(3).fill([forbidden(definition.name)]));
    assert.doesNotMatch(texts(page) + texts(next), /secret/);
  });

  test("T12 gets nothing of what it missed where it asks again before it was told", async () => {
    const { page, definition, authority } = await lose();
    const known = { store: definition.name, life: 1, epoch: authority.epoch, version: 0 };
    assert.deepEqual(await page.send({ type: "subscribe", ...known }), [forbidden(definition.name)]);
  });

  test("resumes when it may again", async () => {
    const { page, definition, write, authority, allow } = await lose();
    await write("between");
    await page.news();
    allow();
    const known = { store: definition.name, life: 1, epoch: authority.epoch, version: 1 };
    const { patches } = only(await page.send({ type: "subscribe", ...known }), "state");
    assert.deepEqual(patches, [{ ops: [["set", ["text"], "between"]] }]);
    await write("after");
    only(await page.news(), "SYNC");
  });

  test("is one for whom the rule throws, too", async () => {
    let isBroken = false;
    const { page, bench, write } = await open(() => {
      if (isBroken) throw new Error("the rule's own fault");
      return true;
    });
    isBroken = true;
    await write("secret");
    assert.equal(only(await page.news(), "error").code, "E_INTERNAL");
    assert.deepEqual(
      bench.reports.map((error) => (error as Error).message),
      ["the rule's own fault"],
    );
    assert.doesNotMatch(texts(page), /secret|fault/);
  });

  test("does not take the others' frames away", async () => {
    const lost = new Set<string>();
    const { page, bench, definition, write } = await open(({ id }) => !lost.has(id));
    const bob = await bench.subscriber("bob", definition);
    const eve = await bench.subscriber("eve", definition);
    for (const each of [page, bob, eve]) await each.news();
    lost.add("bob");
    await write("for two");
    assert.deepEqual(
      [page, bob, eve].map((each) => each.frames.at(-1)?.type),
      ["SYNC", "error", "SYNC"],
    );
    assert.equal(page.buffers.at(-1), eve.buffers.at(-1), "those who may share one frame");
  });
});

suite("a rule that takes its time", () => {
  /** Answers when the test says so. */
  const slow = async (options: HubBenchOptions = {}) => {
    const questions: PromiseWithResolvers<boolean>[] = [];
    let isSlow = false;
    const opened = await open(() => {
      if (!isSlow) return true;
      const question = Promise.withResolvers<boolean>();
      questions.push(question);
      return question.promise;
    }, options);
    isSlow = true;
    return { ...opened, questions };
  };
  const news = async (page: HubPage) =>
    (await page.news()).map((frame) => (frame.type === "SYNC" ? frame.v : frame.type));

  test("T12 is asked once for all that waits, and lets it out in order", async () => {
    const { page, write, questions } = await slow();
    for (const text of ["a", "b", "c"]) await write(text);
    assert.equal(questions.length, 1);
    assert.deepEqual(await news(page), []);
    questions[0]?.resolve(true);
    // What came after the first question is not covered by its answer.
    assert.deepEqual(await news(page), [1]);
    assert.equal(questions.length, 2);
    questions[1]?.resolve(true);
    assert.deepEqual(await news(page), [2, 3]);
    assert.equal(questions.length, 2);
  });

  test("keeps all that waits when it says no", async () => {
    const { page, definition, write, questions } = await slow();
    await write("secret");
    await write("secret");
    questions[0]?.resolve(false);
    assert.deepEqual(await page.news(), [forbidden(definition.name)]);
    await write("secret");
    assert.equal(questions.length, 1);
    assert.doesNotMatch(texts(page), /secret/);
  });

  test("holds up nobody else, and no other store", async () => {
    const { bench, page, definition, write, questions } = await slow();
    const free = store({});
    const { id } = only(await page.send({ type: "subscribe", store: free.name, life: 1 }), "state");
    await write("a");
    only(await page.sync(id, 1, 0, say("hello")), "ack");
    const bob = bench.page();
    bob.post({ type: "hello", protocol: 1, client: "bob", stores: [{ store: definition.name, life: 1 }] });
    await bob.news();
    assert.equal(questions.length, 2);
    for (const question of questions) question.resolve(true);
    assert.deepEqual(await news(page), [1]);
  });

  test("that does not answer within 10 s has the page come again", async () => {
    const { bench, page, definition, write } = await slow();
    await write("secret");
    bench.clock.pass(10_000);
    const { code, store: name, retryAfterMs } = only(await page.news(), "error");
    assert.deepEqual(
      { code, name, retryAfterMs },
      {
        code: "E_UNAVAILABLE",
        name: definition.name,
        retryAfterMs: 1000,
      },
    );
    assert.doesNotMatch(texts(page), /secret/);
  });

  for (const limits of [{ outboxFrames: 3 }, { outboxBytes: 200 }])
    test(`costs no more than the limit: ${JSON.stringify(limits)}`, async () => {
      const { bench, page, definition, authority, write, questions } = await slow({ limits });
      for (let count = 0; count < 20; count++) await write(`text ${count}`);
      const answer = async () => {
        for (let asked = 0; asked < questions.length; asked++) {
          questions[asked]?.resolve(true);
          await bench.settle();
        }
      };
      await answer();
      assert.equal(only(await page.news(), "error").code, "E_RESYNC");
      page.post({
        type: "subscribe",
        store: definition.name,
        life: 1,
        epoch: authority.epoch,
        version: 0,
      });
      await bench.settle();
      await answer();
      assert.equal(only(await page.news(), "state").version, 20);
      await write("last");
      await answer();
      assert.deepEqual(await news(page), [21]);
    });
});

suite("a client that leaves a part of its view", () => {
  test("is sent its removal with the next version, also where the state says the same as before", async () => {
    const bench = new HubBench();
    const members = new Set(["ann"]);
    const definition = store({
      view: (state, { id }) => (members.has(id) ? state : { ...state, text: "" }),
    });
    const page = await bench.subscriber("ann", definition);
    const authority = await bench.authority(definition);
    (authority.root as State).text = "secret";
    await authority.settled();
    const before = (await page.news()).at(-1);
    assert.deepEqual(before?.type === "SYNC" && before.ops, [["set", ["text"], "secret"]]);
    members.clear();
    (authority.root as State).count = 1;
    await authority.settled();
    const { ops } = only(await page.news(), "SYNC");
    assert.deepEqual(ops, difference({ count: 0, text: "secret" }, { count: 1, text: "" }));
  });

  test("is sent what it may see now when it comes back, whatever version it knows", async () => {
    const bench = new HubBench();
    let isMember = true;
    const definition = store({ view: (state) => (isMember ? state : { ...state, text: "" }) });
    const authority = await bench.authority(definition);
    (authority.root as State).text = "secret";
    await authority.settled();
    const known = { store: definition.name, life: 1, epoch: authority.epoch, version: 1 };
    isMember = false;
    const { value, patches } = only(await bench.page().hello("ann", known), "state");
    assert.deepEqual({ value, patches }, { value: { count: 0, text: "" } as JsonObject, patches: undefined });
  });
});
