import assert from "node:assert/strict";
import { any, array, number, object, optional, size, string } from "superstruct";
import type { Backend } from "../../../server/backends/backend.ts";
import { memory } from "../../../server/backends/memory.ts";
import { VioletError } from "../../../src/errors.ts";
import type { Client } from "../../../src/state/definition.ts";
import type { Json } from "../../../src/state/json.ts";
import type { Op } from "../../../src/state/ops.ts";
import type { SharedOptions } from "../../../src/state/options.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import type { Frame } from "../../../src/wire/frames.ts";
import { HubBench, only } from "../../support/hub.ts";
import { suite, test } from "../../support/suite.ts";

const Item = object({ id: string(), text: optional(string()) });
const State = object({ items: size(array(Item), 0, 3), count: number(), online: number() });
type State = { items: { id: string; text?: string }[]; count: number; online: number };
const initial = (): State => ({ items: [], count: 0, online: 0 });

let stores = 0;

const board = (options: Partial<SharedOptions<State, Record<never, never>, "online">> = {}) =>
  definitionOf(shared(`authority${stores++}`, { state: State, initial, serverOnly: ["online"], ...options }));

const withActions = (write?: () => boolean) =>
  definitionOf(
    shared(`authority${stores++}`, {
      state: State,
      initial,
      serverOnly: ["online"],
      ...(write && { access: { write } }),
      actions: (action) => ({
        add: action([string()], (state, id) => {
          state.items.push({ id });
          state.online++;
        }),
        boom: action((state) => {
          state.count = 99;
          throw new Error("secret");
        }),
      }),
    }),
  );

const increment = (by = 1): [["increment", string[], number]] => [["increment", ["count"], by]];
const push = (id: string, index = 0): [["splice", (string | number)[], number, { id: string }[]]] => [
  ["splice", ["items", index], 0, [{ id }]],
];
const call = (action: string, ...args: string[]) => ({ action, args, seed: 1, at: 1_700_000_000_000 });

suite("what is written", () => {
  test("T09 stays the data that it is: tags, references and names of code mean nothing", async () => {
    const bench = new HubBench();
    const definition = definitionOf(
      shared(`authority${stores++}`, { state: object({ any: any() }), initial: () => ({ any: null }) }),
    );
    const eve = await bench.subscriber("eve", definition);
    const authority = await bench.authority(definition);
    const tagged: Json[] = [
      { $type: "Date", value: 0 },
      { __type: "Function", body: "process.exit()" },
      ["$F1", "$@1", "$1:constructor"],
      { _$litType$: 1, strings: ["<b>"] },
      { type: "Buffer", data: [1] },
    ];
    for (const [index, value] of tagged.entries()) {
      await eve.sync(1, index + 1, index, [["set", ["any"], value]]);
      assert.deepStrictEqual(authority.tree.root, { any: value });
    }
    for (const key of ["then", "toJSON", "constructor"]) {
      await eve.news();
      const thenable = `{"type":"SYNC","store":1,"n":6,"v":5,"batches":[[["set",["any"],[{"${key}":{}}]]]]}`;
      assert.equal(only(await eve.send(thenable), "error").code, "E_BAD_KEY");
    }
    assert.deepStrictEqual(authority.tree.root, { any: tagged.at(-1) });
  });
});

suite("a store's truth", () => {
  test("E5.1.2 acknowledges its writer and tells all others", async () => {
    const bench = new HubBench();
    const definition = board();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    assert.deepEqual(await ann.sync(1, 1, 0, increment(2)), [{ type: "ack", store: 1, n: 1, v: 1 }]);
    assert.deepEqual(await bob.news(), [
      { type: "SYNC", store: 1, v: 1, ops: [["increment", ["count"], 2]] },
    ]);
  });

  test("carries a message over what its writer had not seen, and says what it became", async () => {
    const bench = new HubBench();
    const definition = board();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    await ann.sync(1, 1, 0, push("a"));
    assert.deepEqual(only(await bob.sync(1, 1, 0, push("b")), "ack"), {
      type: "ack",
      store: 1,
      n: 1,
      v: 2,
      ops: push("b", 1),
    });
  });

  test("takes the batches of one message one on another", async () => {
    const bench = new HubBench();
    const definition = board();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    await ann.sync(1, 1, 0, push("z"));
    await bob.sync(1, 1, 0, push("a"), push("b", 1), [["set", ["items", 1, "text"], "mine"]]);
    const { tree } = await bench.authority(definition);
    assert.deepEqual(tree.root.items, [{ id: "z" }, { id: "a" }, { id: "b", text: "mine" }]);
  });

  test("runs actions with its own eyes", async () => {
    const bench = new HubBench();
    const definition = withActions();
    const ann = await bench.subscriber("ann", definition);
    const ack = only(await ann.sync(1, 1, 0, call("add", "a")), "ack");
    assert.deepEqual(ack.ops, [
      ["splice", ["items", 0], 0, [{ id: "a" }]],
      ["set", ["online"], 1],
    ]);
  });

  test("tells the server's own writes to all", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.news();
    const authority = await bench.authority(definition);
    (authority.root as State).online = 5;
    await authority.settled();
    assert.deepEqual(await ann.news(), [{ type: "SYNC", store: 1, v: 1, ops: [["set", ["online"], 5]] }]);
  });

  test("shows nobody what the server is still writing", async () => {
    const bench = new HubBench();
    const definition = board();
    const authority = await bench.authority(definition);
    (authority.root as State).count = 5;
    const look = authority.look({ id: "ann" });
    assert.equal(look.version, 1);
    assert.deepEqual(authority.committedState(), initial());
    await authority.settled();
    assert.equal(authority.version, 1);
  });
});

suite("a batch that came before", () => {
  test("T23 is acknowledged again, and not applied", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.sync(1, 1, 0, increment());
    assert.deepEqual(await ann.sync(1, 1, 0, increment()), [{ type: "ack", store: 1, n: 1 }]);
    assert.equal((await bench.authority(definition)).tree.root.count, 1);
  });

  test("is refused again where it was refused", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    const refused = await ann.sync(1, 1, 0, [["set", ["count"], "x"]]);
    assert.equal(only(refused, "error").code, "E_VALIDATION");
    assert.deepEqual(await ann.sync(1, 1, 0, [["set", ["count"], "x"]]), refused);
  });

  test("is answered when it is committed, and not by what came before it", async () => {
    const backend = slowStorage();
    const bench = new HubBench({ backend });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.sync(1, 1, 0, increment());
    backend.answer();
    await ann.news();
    await ann.sync(1, 2, 1, increment());
    assert.deepEqual(await ann.sync(1, 2, 1, increment()), []);
    backend.answer();
    assert.equal(only(await ann.news(), "ack").n, 2);
  });

  test("is known on another connection of the same client, and of nobody else", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.sync(1, 1, 0, increment());
    const again = bench.page();
    const state = only(await again.hello("ann", { store: definition.name, life: 1 }), "state");
    assert.equal(state.last, 1);
    const [bob] = [bench.page()];
    assert.equal(only(await bob.hello("bob", { store: definition.name, life: 1 }), "state").last, 0);
    const otherLife = bench.page();
    assert.equal(only(await otherLife.hello("ann", { store: definition.name, life: 2 }), "state").last, 0);
  });

  test("T25 is refused with the number that is due, where one is missing in between", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.sync(1, 1, 0, increment());
    const { code, re, next } = only(await ann.sync(1, 3, 1, increment()), "error");
    assert.deepEqual({ code, re, next }, { code: "E_SEQ", re: 3, next: 2 });
    assert.equal((await bench.authority(definition)).tree.root.count, 1);
  });

  test("T25 has a number that is one: from 1, whole, and safe", async () => {
    const bench = new HubBench({ limits: { strikes: 100 } });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.news();
    for (const n of ["0", "-1", "1.5", "9007199254740993", "1e400", '"1"', "[1]", "null", "true"]) {
      const text = `{"type":"SYNC","store":1,"n":${n},"v":0,"batches":[[["increment",["count"],1]]]}`;
      assert.equal(only(await ann.send(text), "error").code, "E_BAD_MESSAGE", n);
    }
    assert.equal((await bench.authority(definition)).version, 0);
    assert.equal(only(await ann.sync(1, 1, 0, increment()), "ack").v, 1);
  });

  test("is known however many lives others have had", async () => {
    const bench = new HubBench({ limits: { dedupeClients: 10 } });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.sync(1, 1, 0, increment());
    const eve = await bench.subscriber("eve", definition);
    for (let life = 1; life <= 20; life++) {
      await eve.send({ type: "subscribe", store: definition.name, life });
      await eve.sync(1, 1, 1, []);
    }
    await ann.news();
    assert.equal(only(await ann.sync(1, 1, 1, increment()), "ack").v, undefined);
  });

  test("is E_CLIENT_EXPIRED where nothing of the client is known", async () => {
    const bench = new HubBench();
    const ann = await bench.subscriber("ann", board());
    assert.equal(only(await ann.sync(1, 7, 0, increment()), "error").code, "E_CLIENT_EXPIRED");
  });
});

suite("a batch that is refused", () => {
  const refused = async (
    definition: ReturnType<typeof board>,
    ...batch: Parameters<Awaited<ReturnType<HubBench["subscriber"]>>["sync"]>[3][]
  ) => {
    const bench = new HubBench();
    const ann = await bench.subscriber("ann", definition);
    await ann.news();
    const frames = await ann.sync(1, 1, 0, ...batch);
    assert.deepEqual((await bench.authority(definition)).tree.root, initial());
    return only(frames, "error");
  };

  test("changes nothing and says why", async () => {
    const error = await refused(board(), [["set", ["count"], "many"]]);
    assert.equal(error.code, "E_VALIDATION");
    assert.equal(error.field, "count");
    assert.equal(error.re, 1);
  });

  test("may not write what is the server's", async () => {
    assert.equal((await refused(board(), [["set", ["online"], 9]])).code, "E_SERVER_ONLY");
  });

  test("T02 may not name what is not there, or no part of the state", async () => {
    assert.equal((await refused(board(), [["set", ["items", 4, "text"], "x"]])).code, "E_BAD_PATH");
    for (const path of [
      ["toString", "x"],
      ["items", "length"],
      ["items", "0"],
      ["items", 2 ** 32],
      ["items", 2 ** 32 - 2],
    ])
      assert.equal((await refused(board(), [["set", path, "x"]])).code, "E_BAD_PATH", String(path));
    assert.equal((await refused(board(), [["splice", ["items", 2 ** 32], 0, []]])).code, "E_BAD_PATH");
    assert.equal((await refused(board(), [["splice", ["items", 0], 2 ** 32]])).code, "E_BAD_PATH");
    assert.equal((await refused(board(), [["delete", ["hasOwnProperty"]]])).code, "E_BAD_PATH");
    assert.equal((await refused(board(), [["set", ["__proto__", "admin"], true]])).code, "E_BAD_KEY");
    assert.equal(
      (await refused(board(), [["set", ["count"], JSON.parse('{"__proto__":1}')]])).code,
      "E_BAD_KEY",
    );
    assert.equal(({} as { admin?: unknown }).admin, undefined);
  });

  test("is whole: its other ops are not applied either", async () => {
    assert.equal(
      (
        await refused(board(), [
          ["increment", ["count"], 1],
          ["set", ["count"], "x"],
        ])
      ).code,
      "E_VALIDATION",
    );
  });

  test("is a raw one where the store has actions", async () => {
    assert.equal((await refused(withActions(), increment())).code, "E_FORBIDDEN");
  });

  test("is one that the rules do not allow, or fail to judge", async () => {
    assert.equal(
      (
        await refused(
          withActions(() => false),
          call("add", "a"),
        )
      ).code,
      "E_FORBIDDEN",
    );
    const fault = () => {
      throw new Error("secret");
    };
    const error = await refused(withActions(fault), call("add", "a"));
    assert.equal(error.code, "E_INTERNAL");
    assert.doesNotMatch(error.message, /secret/);
  });

  test("T39 is an action that throws, is unknown, or gets what its structs refuse", async () => {
    const error = await refused(withActions(), call("boom"));
    assert.equal(error.code, "E_INTERNAL");
    assert.doesNotMatch(error.message, /secret/);
    assert.equal((await refused(withActions(), call("constructor"))).code, "E_UNKNOWN_ACTION");
    assert.equal((await refused(withActions(), call("add", "a", "b"))).code, "E_VALIDATION");
  });

  test("T14 says which field its value does not fit, whatever that value is", async () => {
    const wrong: [field: string, path: (string | number)[], value: string][] = [
      ["count", ["count"], '"1"'],
      ["count", ["count"], "null"],
      ["count", ["count"], '{"toString":1}'],
      ["count", ["count"], '[{"toString":1,"valueOf":{}}]'],
      ["items", ["items"], '{"length":4294967295}'],
      ["items.0.id", ["items"], '[{"id":{"toString":1}}]'],
      ["items.0.text", ["items"], '[{"id":"a","text":{"toString":{}}}]'],
      ["items.0.toString", ["items"], '[{"id":"a","toString":1}]'],
    ];
    for (const [field, path, value] of wrong) {
      const error = await refused(board(), [["set", path, JSON.parse(value)]]);
      assert.deepEqual([error.code, error.field], ["E_VALIDATION", field], value);
    }
  });

  test("T14 is one with a number that JSON cannot say again", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.news();
    const text = '{"type":"SYNC","store":1,"n":1,"v":0,"batches":[[["set",["count"],1e400]]]}';
    assert.equal(only(await ann.send(text), "error").code, "E_NOT_JSON");
    assert.equal((await bench.authority(definition)).tree.root.count, 0);
  });

  test("T65 is one that would let the store grow past its limit", async () => {
    const bench = new HubBench({ limits: { maxStoreBytes: 200 } });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.sync(1, 1, 0, push("a"));
    const error = only(await ann.sync(1, 2, 1, [["set", ["items", 0, "text"], "x".repeat(200)]]), "error");
    assert.equal(error.code, "E_STORE_FULL");
    assert.equal(only(await ann.sync(1, 3, 1, [["splice", ["items", 0], 1]]), "ack").v, 2);
  });

  test("T65 is each one more of pushes without end, and the store is as it was before it", async () => {
    const bench = new HubBench({ limits: { maxStoreBytes: 5000, messageBurst: 1000, opBurst: 1000 } });
    const definition = definitionOf(
      shared(`authority${stores++}`, { state: array(string()), initial: () => [] as string[] }),
    );
    const eve = await bench.subscriber("eve", definition);
    const authority = await bench.authority(definition);
    let taken = 0;
    for (let n = 1; n <= 200; n++) {
      const [answer] = await eve.sync(1, n, authority.version, [
        ["splice", ["value", taken], 0, ["x".repeat(50)]],
      ]);
      if (answer?.type === "ack") taken++;
    }
    assert.equal(bench.hub.counters.errors.E_STORE_FULL, 200 - taken);
    const { length } = JSON.stringify(authority.tree.root);
    assert.ok(length <= 5000 && length > 4900, `${length} letters`);
  });

  test("is one of too many ops, or on a path of too many steps", async () => {
    const bench = new HubBench({ limits: { maxBatchOps: 2, maxPathSteps: 2 } });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    const codeOf = async (n: number, ops: Op[]) => {
      const [answer] = await ann.sync(1, n, 0, ops);
      return answer?.type === "error" ? answer.code : answer?.type;
    };
    assert.equal(await codeOf(1, [...push("a"), ...increment(), ...increment()]), "E_TOO_BIG");
    assert.equal(await codeOf(2, [...push("a"), ...increment()]), "ack");
    assert.equal(await codeOf(3, [["set", ["items", 0, "text"], "deep"]]), "E_BAD_PATH");
    assert.deepEqual((await bench.authority(definition)).tree.root, {
      ...initial(),
      items: [{ id: "a" }],
      count: 1,
    });
  });

  test("takes its number, and is told again to who was away", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.sync(1, 1, 0, [["set", ["count"], "x"]]);
    const again = bench.page();
    const { last, refusal } = only(await again.hello("ann", { store: definition.name, life: 1 }), "state");
    assert.equal(last, 1);
    assert.equal(refusal?.code, "E_VALIDATION");
    assert.equal(only(await again.sync(1, 2, 0, increment()), "ack").v, 1);
  });

  test("ends its message: what was made on it comes again without it", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    const frames = await ann.sync(1, 1, 0, increment(), [["set", ["count"], "x"]], increment(10));
    assert.deepEqual(
      frames.map(({ type }) => type),
      ["ack", "error"],
    );
    assert.equal((await bench.authority(definition)).tree.root.count, 1);
    assert.equal(only(await ann.sync(1, 3, 1, increment(10)), "ack").v, 2);
  });
});

suite("who comes back", () => {
  const away = async (limits = {}) => {
    const bench = new HubBench({ limits });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    const { epoch } = await bench.authority(definition);
    for (let n = 1; n <= 3; n++) await ann.sync(1, n, n - 1, increment());
    const resume = async (about: object) =>
      only(
        await bench.page().hello("bob", { store: definition.name, life: 1, epoch, version: 1, ...about }),
        "state",
      );
    return { bench, resume };
  };

  test("is sent what was missed", async () => {
    const { bench, resume } = await away();
    const { patches, value, version } = await resume({});
    assert.equal(version, 3);
    assert.deepEqual(patches, [{ ops: increment() }, { ops: increment() }]);
    assert.equal(value, undefined);
    assert.equal(bench.hub.counters.resumes, 1);
  });

  test("is sent everything where the log does not reach back, or the epoch is another", async () => {
    const short = await away({ logOps: 1 });
    assert.deepEqual((await short.resume({})).value, { ...initial(), count: 3 });
    const { resume, bench } = await away();
    assert.deepEqual((await resume({ epoch: "other" })).value, { ...initial(), count: 3 });
    assert.deepEqual((await resume({ version: 99 })).value, { ...initial(), count: 3 });
    assert.equal(bench.hub.counters.snapshots, 3);
  });

  test("learns of its own batches by their numbers", async () => {
    const bench = new HubBench();
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    const { epoch } = await bench.authority(definition);
    await ann.sync(1, 1, 0, increment());
    const again = bench.page();
    const { patches } = only(
      await again.hello("ann", { store: definition.name, life: 1, epoch, version: 0 }),
      "state",
    );
    assert.deepEqual(patches, [{ ops: increment(), n: 1 }]);
  });

  test("has to subscribe again where its message is made on a version that nobody remembers", async () => {
    const bench = new HubBench({ limits: { logOps: 1 } });
    const definition = board();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    for (let n = 1; n <= 4; n++) await ann.sync(1, n, n - 1, increment());
    await bob.news();
    assert.equal(only(await bob.sync(1, 1, 0, push("b")), "error").code, "E_RESYNC");
    assert.equal((await bench.authority(definition)).version, 4);
  });

  test("T30 is too old to write many ops on where very many came since, and few ones are taken", async () => {
    const bench = new HubBench();
    const definition = board();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    const many = Array.from({ length: 100 }, () => increment()[0]);
    for (let n = 1; n <= 6; n++) await ann.sync(1, n, n - 1, many);
    await bob.news();
    assert.equal(only(await bob.sync(1, 1, 0, many), "error").code, "E_RESYNC");
    assert.equal(only(await bob.sync(1, 1, 0, increment()), "ack").v, 7);
    assert.equal(only(await bob.sync(1, 2, 7, many), "ack").v, 8);
  });
});

/** Storage that the test answers for. */
/** Memory that commits when it is told to. */
function slowStorage(): Backend & { answer(error?: VioletError): void } {
  const kept = memory();
  const answers: PromiseWithResolvers<void>[] = [];
  return {
    ...kept,
    async commit(commit) {
      const value = commit.value();
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      await answer.promise;
      await kept.commit({ ...commit, value: () => value });
    },
    answer(error) {
      const answer = answers.shift();
      if (error) answer?.reject(error);
      else answer?.resolve();
    },
  };
}

suite("storage that takes its time", () => {
  test("T54 is waited for before anybody is told", async () => {
    const backend = slowStorage();
    const bench = new HubBench({ backend });
    const definition = board();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    await bob.news();
    await ann.news();
    assert.deepEqual(await ann.sync(1, 1, 0, increment()), []);
    const late = bench.page();
    assert.deepEqual(
      only(await late.hello("eve", { store: definition.name, life: 1 }), "state").value,
      initial(),
    );
    backend.answer();
    assert.equal(only(await ann.news(), "ack").v, 1);
    assert.equal((await bob.news()).length, 1);
    assert.equal((await late.news()).length, 1);
  });

  test("holds nothing for a page that has gone meanwhile, in a store with a view or a rule", async () => {
    const asked: string[] = [];
    const ask = (rule: string, { id }: Client) => asked.push(`${rule} ${id}`) > 0;
    for (const rules of [
      { view: (state: State, client: Client) => ({ ...state, online: Number(ask("view", client)) }) },
      { read: (client: Client) => ask("read", client) },
    ]) {
      const backend = slowStorage();
      const bench = new HubBench({ backend });
      const definition = board({ access: rules });
      const ann = await bench.subscriber("ann", definition);
      await ann.sync(1, 1, 0, increment());
      ann.connection.closed(1006);
      asked.length = 0;
      backend.answer();
      await bench.settle();
      assert.equal((await bench.authority(definition)).version, 1);
      assert.deepEqual(asked, []);
    }
  });

  test("gets all that waited meanwhile as one group", async () => {
    const backend = slowStorage();
    const bench = new HubBench({ backend });
    const definition = board();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    await ann.sync(1, 1, 0, increment());
    await bob.sync(1, 1, 0, increment());
    await ann.sync(1, 2, 0, increment());
    backend.answer();
    await bench.settle();
    backend.answer();
    await bench.settle();
    assert.equal((await bench.authority(definition)).version, 3);
  });

  test("T26 takes once what is delivered twice, before it is committed and after, on one link and on another", async () => {
    const backend = slowStorage();
    const bench = new HubBench({ backend });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    const batches = [increment(), increment(10)];
    const message: Frame<"write"> = { type: "SYNC", store: 1, n: 1, v: 0, batches };
    for (let times = 0; times < 3; times++) ann.post(message);
    await ann.news();
    backend.answer();
    const acks = (await ann.news()).map((frame) => frame.type === "ack" && frame.v);
    assert.deepEqual(acks, [1, 2]);
    assert.deepEqual(await ann.send(message), [{ type: "ack", store: 1, n: 2 }]);
    const again = bench.page();
    await again.hello("ann", { store: definition.name, life: 1 });
    assert.deepEqual(await again.send(message), [{ type: "ack", store: 1, n: 2 }]);
    assert.equal((await bench.authority(definition)).tree.root.count, 11);
    assert.equal(bench.hub.counters.duplicates, 8);
  });

  test("T53 knows after a crash what it has taken and did not answer: that is not applied again", async () => {
    const backend = memory();
    const commit = async (group: Parameters<Backend["commit"]>[0]) => {
      await backend.commit(group);
      await new Promise(() => {});
    };
    const dying = new HubBench({ backend: { ...backend, commit } });
    const definition = board();
    const ann = await dying.subscriber("ann", definition);
    await ann.news();
    assert.deepEqual(await ann.sync(1, 1, 0, increment()), []);
    const bench = new HubBench({ backend });
    const again = bench.page();
    const { last, value } = only(await again.hello("ann", { store: definition.name, life: 1 }), "state");
    assert.deepEqual({ last, value }, { last: 1, value: { ...initial(), count: 1 } });
    assert.deepEqual(await again.sync(1, 1, 0, increment()), [{ type: "ack", store: 1, n: 1 }]);
    assert.equal((await bench.authority(definition)).tree.root.count, 1);
  });

  test("answers a page that comes back when nothing of it is undecided", async () => {
    const backend = slowStorage();
    const bench = new HubBench({ backend });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.sync(1, 1, 0, increment());
    const again = bench.page();
    const frames = await again.hello("ann", { store: definition.name, life: 1 });
    assert.deepEqual(
      frames.map(({ type }) => type),
      ["welcome"],
    );
    backend.answer();
    assert.equal(only(await again.news(), "state").last, 1);
  });

  test("that never answers postpones the page that comes back, after 10 s", async () => {
    const backend = memory();
    const bench = new HubBench({ backend });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    backend.commit = () => new Promise(() => {});
    await ann.sync(1, 1, 0, increment());
    await ann.send({ type: "subscribe", store: definition.name, life: 1 });
    bench.clock.pass(11_000);
    await bench.settle();
    const { code, store, retryAfterMs } = only(await ann.news(), "error");
    assert.deepEqual([code, store, retryAfterMs], ["E_UNAVAILABLE", definition.name, 1000]);
  });

  test("that fails undoes what waited, refuses nothing, and lets it come again", async () => {
    const backend = slowStorage();
    const bench = new HubBench({ backend });
    const definition = board();
    const ann = await bench.subscriber("ann", definition);
    await ann.news();
    await ann.sync(1, 1, 0, increment());
    const authority = await bench.authority(definition);
    (authority.root as State).online = 1;
    const settled = authority.settled();
    settled.catch(() => {});
    backend.answer(new VioletError("E_UNAVAILABLE"));
    const { code, re, retryAfterMs } = only(await ann.news(), "error");
    assert.deepEqual({ code, re, retryAfterMs }, { code: "E_UNAVAILABLE", re: 1, retryAfterMs: 1000 });
    await assert.rejects(settled, { code: "E_UNAVAILABLE" });
    assert.deepEqual(authority.tree.root, initial());
    await ann.sync(1, 1, 0, increment());
    backend.answer();
    assert.equal(only(await ann.news(), "ack").v, 1);
    assert.deepEqual(authority.tree.root, { ...initial(), count: 1 });
  });
});

suite("a store with a view", () => {
  const view = (state: State, { id }: { id: string }) => ({
    ...state,
    items: state.items.filter((item) => item.id.startsWith(id)),
  });
  const hands = () =>
    definitionOf(
      shared(`authority${stores++}`, {
        state: State,
        initial,
        access: { view, write: () => true },
        actions: (action) => ({
          add: action([string()], (state, id) => {
            state.items.push({ id });
          }),
        }),
      }),
    );

  test("shows each client its own part alone", async () => {
    const bench = new HubBench();
    const definition = hands();
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    await bob.news();
    const ack = only(await ann.sync(1, 1, 0, call("add", "ann-1")), "ack");
    assert.deepEqual(ack.ops, [["splice", ["items", 0], 0, [{ id: "ann-1" }]]]);
    assert.deepEqual(await bob.news(), [{ type: "SYNC", store: 1, v: 1, ops: [] }]);
    const late = only(await bench.page().hello("bob", { store: definition.name, life: 1 }), "state");
    assert.deepEqual(late.value, initial());
  });

  test("takes no writes by index, which would be another one there", async () => {
    const bench = new HubBench();
    const ann = await bench.subscriber("ann", hands());
    assert.equal(only(await ann.sync(1, 1, 0, push("ann-1")), "error").code, "E_FORBIDDEN");
    assert.equal(only(await ann.sync(1, 2, 0, increment()), "ack").v, 1);
  });

  test("that has ended for a page refuses what it writes, by its number", async () => {
    const bench = new HubBench();
    const ann = await bench.subscriber("ann", board());
    const { re, code } = only(await ann.sync(99, 7, 0, increment()), "error");
    assert.deepEqual([re, code], [7, "E_FORBIDDEN"]);
  });

  test("ends for a client for whom the view throws", async () => {
    const bench = new HubBench();
    const definition = definitionOf(
      shared(`authority${stores++}`, {
        state: State,
        initial,
        access: {
          view: (state) => {
            if (state.count) throw new Error("secret");
            return state;
          },
        },
      }),
    );
    const [ann, bob] = [await bench.subscriber("ann", definition), await bench.subscriber("bob", definition)];
    await bob.news();
    await ann.sync(1, 1, 0, increment());
    const { code, store } = only(await bob.news(), "error");
    assert.deepEqual({ code, store }, { code: "E_INTERNAL", store: definition.name });
    assert.equal(bench.reports.length, 2);
  });
});
