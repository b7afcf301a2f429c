/** What the server takes from a client over its socket. */
import { array, integer, number, object, string } from "superstruct";
import { mayRead, mayWrite } from "../../server/access.ts";
import { server } from "../../server/index.ts";
import { html, local, shared } from "../../src/index.ts";
import type { StoreCore } from "../../src/state/core.ts";
import { definitionOf } from "../../src/state/store.ts";
import { untyped } from "../../src/state/untyped.ts";
import { NodeClient } from "../support/node-client.ts";
import { MemoryLogger, type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const Row = object({ id: string(), at: number(), chance: number() });
const state = object({ n: integer(), rows: array(Row) });
const initial = () => ({ n: 0, rows: [] });

const plain = shared("access-plain", { state, initial });
const acted = shared("access-acted", {
  state,
  initial,
  actions: (action) => ({
    add: action(({ rows }, { id, now, random }) => {
      rows.push({ id: id(), at: now(), chance: random() });
    }),
    clear: action((state) => {
      state.rows.length = 0;
    }),
    later: action((state): undefined => {
      state.n = 5;
      return Promise.resolve() as unknown as undefined;
    }),
  }),
});
const ruled = shared("access-ruled", {
  state,
  initial,
  access: { write: (_client, { via, path }) => via === "write" && path?.[0] === "n" },
});
const slow = shared("access-slow", { state, initial });
const broken = shared("access-broken", { state, initial });
const torn = shared("access-torn", { state, initial });
const hidden = shared("access-hidden", {
  state: object({ n: integer(), rows: array(Row), marks: array(string()) }),
  initial: () => ({ n: 0, rows: [{ id: "unseen", at: 0, chance: 0 }], marks: [] }),
});

server.access(slow, { write: async () => true });
server.access(broken, {
  write() {
    throw new Error("the rule's own fault");
  },
});
server.access(torn, {
  write(_client, { kind }) {
    if (kind === "increment") throw new Error("thrown");
    return Promise.reject(new Error("rejected"));
  },
});
server.access(hidden, {
  view: (state) => ({ ...state, rows: state.rows.filter(({ id }) => id !== "unseen") }),
});

suite("rules that nobody would ask", () => {
  const options = { state: object({ n: integer() }), initial: () => ({ n: 0 }) };
  const store = shared("access-given", { ...options, access: { read: () => false } });
  const family = shared.family("access-rooms", options);
  const mine = local("access-mine", { initial: () => ({ n: 0 }) });
  const wrong: readonly (readonly [rules: unknown, message: RegExp])[] = [
    [{ read: false, write: false }, /\.?read" is not valid; expected a function, got boolean/],
    [{ reed: () => false }, /reed" is not valid\. There is no such option/],
    [null, /access(\(access-given\))?" is not valid; expected an object, got null/],
    [
      new (class Rules {
        read() {
          return false;
        }
      })(),
      /expected a plain object.*, got Rules/,
    ],
  ];

  test("are refused where they are given: E_OPTION", () => {
    for (const [rules, message] of wrong)
      assert.throws(() => server.access(store, rules as object), { code: "E_OPTION", message });
    assert.throws(() => server.access(store, undefined as never), { code: "E_OPTION" });
  });

  test("are refused in the definition, which is none then: E_OPTION", () => {
    for (const [rules, message] of wrong) {
      const given = { ...options, access: rules as object };
      assert.throws(() => shared("access-wrong", given), { code: "E_OPTION", message });
      assert.throws(() => shared.family("access-wrong", given), { code: "E_OPTION", message });
    }
    shared("access-wrong", { ...options, access: undefined as never });
  });

  test("are refused of what has none: a store of a family, a local store, and what is no store: E_OPTION", () => {
    const refused: readonly (readonly [store: unknown, message: RegExp])[] = [
      [family("a"), /expected the family: .*, got one store of "access-rooms"/],
      [mine, /expected a shared store or a family, got the local store "access-mine"/],
      [undefined, /"server\.access\(store\)".*expected a store or a family, got undefined/],
      [{ n: 1 }, /expected a store or a family, got object/],
    ];
    for (const [given, message] of refused)
      assert.throws(() => server.access(given as typeof store, {}), { code: "E_OPTION", message });
  });

  test("that are undefined leave those of the definition as they are", () => {
    const asked = { key: undefined, client: { id: "a" }, session: {}, stores: "allow" } as const;
    server.access(store, { read: undefined as never });
    assert.equal(mayRead({ definition: definitionOf(store), ...asked }), false);
  });
});

suite("rules that are given again", () => {
  test("take the place of all that were given before", () => {
    const store = shared("access-again", { state, initial });
    const [definition, client] = [definitionOf(store), { id: "a" }];
    const asked = { definition, key: undefined, client, session: {}, stores: "allow" } as const;
    server.access(store, { read: () => false, write: () => false });
    server.access(store, { write: () => true });
    assert.equal(mayRead(asked), true);
    assert.equal(mayWrite(definition, client, { via: "write" }), true);
  });
});

suite("the server, of what clients write,", () => {
  const logger = new MemoryLogger();
  let served: Served;
  let client: NodeClient;
  before(async () => {
    served = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${plain.n}</p>`),
        ),
      { logger },
    );
    client = await NodeClient.visit(`${served.url}/`);
  });
  after(async () => {
    client.close();
    await served.close();
  });

  async function open(store: object): Promise<StoreCore> {
    const core = client.core(store);
    await core.loaded();
    return core;
  }
  const truth = (store: { n: number }) => served.app.run(() => store.n);

  test("takes direct writes where there are no actions", async () => {
    const core = await open(plain);
    core.write(["set", ["n"], 1]);
    await core.settled();
    assert.equal(truth(plain), 1);
  });

  test("takes actions alone where there are some", async () => {
    const core = await open(acted);
    core.write(["set", ["n"], 1]);
    await assert.rejects(core.settled(), { code: "E_FORBIDDEN" });
    assert.equal(truth(acted), 0);
    assert.equal(core.snapshot().n, 0);
    core.call("add", []);
    await core.settled();
    assert.equal(
      served.app.run(() => acted.rows.length),
      1,
    );
  });

  test("T13 takes what a rule allows, and no more", async () => {
    const core = await open(ruled);
    core.write(["set", ["n"], 1]);
    await core.settled();
    core.write(["splice", ["rows", 0], 0, [{ id: "a", at: 0, chance: 0 }]]);
    await assert.rejects(core.settled(), { code: "E_FORBIDDEN" });
    assert.equal(truth(ruled), 1);
    assert.equal(
      served.app.run(() => ruled.rows.length),
      0,
    );
  });

  test("waits for a rule that takes time", async () => {
    const core = await open(slow);
    core.write(["set", ["n"], 1]);
    await core.settled();
    assert.equal(truth(slow), 1);
  });

  test("takes nothing where the rule throws, and logs why without telling it", async () => {
    const core = await open(broken);
    core.write(["set", ["n"], 1]);
    await assert.rejects(core.settled(), { code: "E_INTERNAL", message: /^(?!.*own fault)/ });
    assert.equal(truth(broken), 0);
    assert.deepEqual(
      logger.errors.map(({ err }) => err.message),
      ["the rule's own fault"],
    );
  });

  test("T39 outlives a rule that throws for one op, and rejects for the one before it", async () => {
    const core = await open(torn);
    core.write(["set", ["n"], 1]);
    core.write(["increment", ["n"], 1]);
    await assert.rejects(core.settled(), { code: "E_INTERNAL" });
    assert.equal(truth(torn), 0);
  });

  test("takes a write by id where there is a view, and none by index", async () => {
    const core = await open(hidden);
    core.write(["splice", ["rows", 0], 0, [{ id: "a", at: 0, chance: 0 }]]);
    core.write(["increment", ["rows", 0, "at"], 1]);
    core.write(["splice", ["marks", 0], 0, ["first"]]);
    await core.settled();
    assert.deepEqual(
      served.app.run(() => JSON.parse(JSON.stringify({ ...hidden }))),
      {
        n: 0,
        rows: [
          { id: "unseen", at: 0, chance: 0 },
          { id: "a", at: 1, chance: 0 },
        ],
        marks: ["first"],
      },
    );
    core.write(["set", ["marks", 0], "by index"]);
    await assert.rejects(core.settled(), { code: "E_FORBIDDEN", message: /give the list's elements an id/ });
    core.write(["set", ["n"], 1]);
    await core.settled();
    assert.equal(truth(hidden), 1);
  });

  test("runs an action with the ids, times and random numbers that the browser ran it with", async () => {
    const core = await open(acted);
    for (const action of ["clear", "add", "add"]) core.call(action, []);
    const predicted = core.snapshot();
    await core.settled();
    assert.equal(core.snapshot(), predicted);
    assert.deepEqual(
      served.app.run(() => JSON.parse(JSON.stringify(acted.rows))),
      predicted.rows as never,
    );
  });

  test("takes no action that gives a promise, and nothing that it has written", async () => {
    const before = truth(acted);
    // A page in development would not let it go.
    const other = await NodeClient.visit(`${served.url}/`);
    const core = other.coreOf(untyped("access-acted"));
    await core.loaded();
    core.call("later", []);
    await assert.rejects(core.settled(), { code: "E_INTERNAL" });
    // What is wrong with it is for its author alone.
    assert.match(logger.errors.at(-1)?.err.message ?? "", /actions\.later.*got a promise/);
    assert.throws(() => served.app.run(() => acted.later()), { code: "E_OPTION" });
    assert.equal(truth(acted), before);
    other.close();
  });
});
