/** What live components are written for, over real sockets: lists, conversations, forms, work that takes its time. */
import {
  any,
  array,
  boolean,
  enums,
  integer,
  max,
  min,
  nullable,
  number,
  object,
  optional,
  record,
  size,
  string,
} from "superstruct";
import { LiveElement } from "../../../elements/index.ts";
import { live, server } from "../../../server/index.ts";
import { client, html, shared } from "../../../src/index.ts";
import { LiveReplica } from "../../../src/state/live-replica.ts";
import { NodeClient, socketWith } from "../../support/node-client.ts";
import { cookiesOf, getPage, type Served, serve } from "../../support/serve.ts";
import { afterEach, assert, beforeEach, suite, test } from "../../support/suite.ts";

let told: unknown[] = [];
let gate = Promise.withResolvers<void>();

const todos = live({
  state: object({ todos: array(object({ text: string(), done: boolean() })) }),
  initial: () => ({ todos: [] }),
  callbacks: (callback) => ({
    add: callback([string()], (state, text) => {
      state.todos.push({ text, done: false });
    }),
    toggle: callback([integer()], ({ todos }, index) => {
      const todo = todos[index];
      if (todo) todo.done = !todo.done;
    }),
    addMany: callback([integer()], (state, count) => {
      for (let index = 0; index < count; index++) state.todos.push({ text: `${index}`, done: true });
    }),
    look: (state) => state.todos.length,
    sort: (state) => {
      state.todos = [...state.todos];
    },
  }),
});

const talk = shared("examples-talk", {
  state: object({ messages: array(object({ user: string(), text: string() })) }),
  initial: () => ({ messages: [] }),
  serverOnly: ["messages"],
});
const chat = live({
  state: object({ sent: integer() }),
  initial: () => ({ sent: 0 }),
  callbacks: (callback) => ({
    send: callback([string()], (state, text, { client, broadcast }) => {
      const { name } = client.user as { name: string };
      server.store(talk).messages.push({ user: name, text });
      state.sent++;
      if (text.endsWith("!")) broadcast("examples-bell", { by: name });
    }),
  }),
});

const profile = live({
  state: object({ status: enums(["idle", "busy"]) }),
  initial: () => ({ status: "idle" as const }),
  callbacks: (callback) => ({
    save: callback([string(), integer(), boolean()], (_, ...given) => void told.push(given.slice(0, 3))),
    all: callback(
      [
        size(string(), 1, 20),
        min(max(integer(), 150), 0),
        number(),
        boolean(),
        array(integer()),
        record(string(), number()),
        enums(["a", "b"]),
        object({ name: string(), email: string() }),
        optional(integer()),
      ],
      (_, ...given) => void told.push(given.slice(0, 9)),
    ),
    setStatus: callback([string()], (state, status) => {
      state.status = status as "idle";
    }),
  }),
});

const found: Record<string, string[]> = { te: ["tea", "team"] };
const search = live({
  state: object({ query: string(), isLoading: boolean(), results: array(string()), error: string() }),
  initial: () => ({ query: "", isLoading: false, results: [], error: "" }),
  callbacks: (callback) => ({
    search: callback([string()], async (state, query) => {
      state.query = query;
      await gate.promise;
      state.results = found[query] ?? [];
    }),
    load: async (state, { render }) => {
      state.isLoading = true;
      await render();
      await gate.promise;
      state.results = ["everything"];
      state.isLoading = false;
    },
    risk: () => {
      throw new Error("Random failure!");
    },
    check: callback([integer()], () => {}),
  }),
  onError: (state, error) => {
    state.error = error.message;
  },
});

const typed = live({
  state: object({ text: string(), calls: integer() }),
  initial: () => ({ text: "", calls: 0 }),
  callbacks: (callback) => ({
    type: callback([string()], (state, text) => {
      state.text = text;
      state.calls++;
    }),
    other: (state) => {
      state.calls += 100;
    },
  }),
  debounceMs: 20,
});

const session = live({
  state: object({ items: array(string()) }),
  initial: () => ({ items: [] }),
  callbacks: (callback) => ({
    add: callback([string()], (state, item) => {
      state.items.push(item);
    }),
  }),
  onMount: async (state) => {
    await gate.promise;
    state.items.push("loaded");
  },
  onUnmount: (state, { client }) => {
    told.push([client.user?.name, ...state.items]);
  },
});

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise(setImmediate);
};

suite("a live component as people write it", () => {
  let served: Served;
  let ada: NodeClient;
  const pages: NodeClient[] = [];
  /** The ops of each change that reached a page. */
  const changes = new WeakMap<NodeClient, unknown[]>();
  const open = async (name: string) => {
    const page = await getPage(`${served.url}/`, { cookie: `name=${name}` });
    const cookie = `name=${name}; ${cookiesOf(page.headers)}`;
    const socket = socketWith(served.url, cookie);
    const all: unknown[] = [];
    const opened = NodeClient.of(served.url, page, cookie, (url, events) =>
      socket(url, {
        opened: () => events.opened(),
        received(text) {
          const { ops = [] } = JSON.parse(text) as { ops?: unknown[] };
          if (ops.length) all.push(ops);
          events.received(text);
        },
        closed: (code) => events.closed(code),
      }),
    );
    changes.set(opened, all);
    pages.push(opened);
    return opened;
  };
  const mount = (component: string, of = ada, key = "a") =>
    LiveReplica.of({ host: {} as HTMLElement, component, key, params: {}, changed: () => {} }, of.runtime);
  const stateOf = <S>(instance: LiveReplica) => instance.snapshot() as S;
  const settled = (instance: LiveReplica) => until(() => !instance.isBusy);

  beforeEach(async () => {
    told = [];
    gate = Promise.withResolvers();
    served = await serve<{ name: string }>(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<violet-status></violet-status>`),
        ),
      {
        modules: { examples: { todos, chat, profile, search, typed, session } },
        authenticate: ({ headers }) => ({ name: /name=(\w+)/.exec(headers.cookie ?? "")?.[1] ?? "nobody" }),
        publicUser: ({ name }) => ({ name }),
      },
    );
    ada = await open("ada");
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) page.close();
    await served.close();
  });

  test("D1.3 D2.1.4 D2.2.2 D2.3.2 D7.2.2 E1.5 has a list that its callbacks add to and change in place: the page gets what changed, and no more", async () => {
    const list = mount("examples.todos");
    await list.loaded();
    list.send("add", ["Tea"]);
    list.send("add", ["Milk"]);
    list.send("toggle", [1]);
    await settled(list);
    assert.deepEqual(changes.get(ada), [
      [["splice", ["todos", 0], 0, [{ text: "Tea", done: false }]]],
      [["splice", ["todos", 1], 0, [{ text: "Milk", done: false }]]],
      [["set", ["todos", 1, "done"], true]],
    ]);
  });

  test("E13.3 E13.4 sends what a callback writes as one change, and nothing where it writes nothing", async () => {
    const list = mount("examples.todos");
    await list.loaded();
    list.send("addMany", [100]);
    await settled(list);
    assert.equal(changes.get(ada)?.length, 1);
    list.send("look", []);
    await settled(list);
    assert.equal(changes.get(ada)?.length, 1);
    assert.equal(stateOf<{ todos: unknown[] }>(list).todos.length, 100);
  });

  test("D2.3.4 D4.2.1 D4.2.2 E2.2.5 E5.1.1 E5.1.4 writes what all share: everybody sees it at once, with the name of who did it", async () => {
    const bob = await open("bob");
    const [ofAda, ofBob] = [mount("examples.chat"), mount("examples.chat", bob)];
    const talks = [ada, bob].map((page) => page.core(talk));
    await Promise.all([ofAda.loaded(), ofBob.loaded(), ...talks.map((store) => store.loaded())]);
    ofAda.send("send", ["hello"]);
    await settled(ofAda);
    ofBob.send("send", ["hi"]);
    const shown = [
      { user: "ada", text: "hello" },
      { user: "bob", text: "hi" },
    ];
    for (const store of talks) {
      await until(() => (store.snapshot().messages as unknown[]).length === 2);
      assert.deepEqual(store.snapshot(), { messages: shown });
    }
    await settled(ofBob);
    assert.deepEqual([ofAda.snapshot(), ofBob.snapshot()], [{ sent: 1 }, { sent: 1 }]);
  });

  test("E5.1.1 tells all pages an event by broadcast()", async () => {
    const heard: unknown[] = [];
    const stop = client.on("examples-bell", (data) => heard.push(data));
    const bob = await open("bob");
    const ofAda = mount("examples.chat");
    await Promise.all([ofAda.loaded(), mount("examples.chat", bob).loaded()]);
    for (const { runtime } of [ada, bob]) runtime.bus.ready();
    ofAda.send("send", ["Tea!"]);
    await until(() => heard.length === 2);
    assert.deepEqual(heard, [{ by: "ada" }, { by: "ada" }]);
    stop();
  });

  test("E9.2 takes what arrives as text as the numbers and booleans that its structs ask for", async () => {
    const form = mount("examples.profile");
    form.send("save", ["Alice", "30", "true"]);
    await settled(form);
    assert.deepEqual([told, form.error], [[["Alice", 30, true]], undefined]);
  });

  test("D6.2 E9.1 E9.3 E9.4 E9.5 E9.6 takes every kind of argument by its struct, and refuses it by its place", async () => {
    const form = mount("examples.profile");
    const fits = ["Al", 30, 1.5, true, [1, 2], { a: 0.5 }, "b", { name: "Al", email: "a@b" }, 7];
    form.send("all", fits);
    form.send("all", fits.slice(0, -1));
    await settled(form);
    assert.deepEqual(told, [fits, [...fits.slice(0, -1), undefined]]);
    const misfits = ["", 151, "much", "perhaps", [1, "x"], { a: "x" }, "c", { name: "Al" }, 1.5];
    for (const [index, misfit] of misfits.entries()) {
      form.send("all", fits.with(index, misfit as never));
      await settled(form);
      const { code, field } = form.error ?? {};
      assert.equal(code, "E_VALIDATION");
      if (typeof misfit !== "object") assert.equal(field, String(index));
    }
    assert.equal(told.length, 2);
  });

  test("D2.1.6 D6.1 has a state of the values that its struct names, and no others", async () => {
    const form = mount("examples.profile");
    form.send("setStatus", ["busy"]);
    form.send("setStatus", ["lost"]);
    await settled(form);
    assert.deepEqual(form.snapshot(), { status: "busy" });
    assert.deepEqual(
      [form.error?.code, form.error?.field, form.error?.message],
      ["E_VALIDATION", "status", 'Must be one of "idle","busy".'],
    );
  });

  test("E6.2 E6.5 shows nothing of a callback that is awaited until it is done, and then all at once", async () => {
    const field = mount("examples.search");
    await field.loaded();
    field.send("search", ["te"]);
    // Answered behind it, on the same link.
    await mount("examples.todos").loaded();
    assert.deepEqual(changes.get(ada), []);
    gate.resolve();
    await settled(field);
    assert.deepEqual(changes.get(ada), [
      [
        ["set", ["query"], "te"],
        ["set", ["results"], ["tea", "team"]],
      ],
    ]);
  });

  test("E6.3 E6.6 shows by render() that it loads, and then what it has loaded", async () => {
    const field = mount("examples.search");
    field.send("load", []);
    await until(() => stateOf<{ isLoading?: boolean }>(field).isLoading === true);
    assert.deepEqual(stateOf<{ results: string[] }>(field).results, []);
    gate.resolve();
    await settled(field);
    assert.deepEqual(field.snapshot(), { query: "", isLoading: false, results: ["everything"], error: "" });
  });

  test("E4.3.1 E4.3.2 E9.7 E10.1.2 E10.2.5 shows what onError writes of an error of its own and of an argument that does not fit", async () => {
    const field = mount("examples.search");
    field.send("risk", []);
    await settled(field);
    assert.equal(stateOf<{ error: string }>(field).error, "Random failure!");
    assert.equal(field.error?.message, "Something failed on the server.");
    field.send("check", ["thirty"]);
    await settled(field);
    assert.match(
      stateOf<{ error: string }>(field).error,
      /^E_VALIDATION: "check\.0" is refused; expected an integer, got string\.$/,
    );
    assert.doesNotMatch(stateOf<{ error: string }>(field).error, /thirty/);
  });

  test("E8.1.1 with debounceMs makes one call of those that follow each other: the last of each callback", async () => {
    const field = mount("examples.typed");
    await field.loaded();
    for (const text of ["t", "te", "tea"]) field.send("type", [text]);
    field.send("other", []);
    await until(() => stateOf<{ calls: number }>(field).calls > 100);
    field.send("type", ["team"]);
    await until(() => stateOf<{ text: string }>(field).text === "team");
    assert.deepEqual(field.snapshot(), { text: "team", calls: 102 });
  });

  test("E4.1.2 E4.2.2 loads in onMount, and keeps in onUnmount what it has by then", async () => {
    const instance = mount("examples.session");
    await instance.loaded();
    gate.resolve();
    await until(() => stateOf<{ items: string[] }>(instance).items.length === 1);
    instance.send("add", ["more"]);
    await settled(instance);
    instance.unmount();
    await until(() => told.length === 1);
    assert.deepEqual(told, [["ada", "loaded", "more"]]);
  });

  test("E11.1 may be called by itself, in a test: its arguments are checked as those of pages are", () => {
    const state = { todos: [{ text: "Tea", done: false }] };
    todos.callbacks.toggle(state, 0);
    todos.callbacks.add(state, "Milk");
    assert.deepEqual(state, {
      todos: [
        { text: "Tea", done: true },
        { text: "Milk", done: false },
      ],
    });
    assert.throws(() => todos.callbacks.toggle(state, "first" as never), {
      code: "E_VALIDATION",
      field: "0",
    });
  });

  test("E8.1.2 refuses what an option does not take: E_OPTION", () => {
    const wrong: [name: string, value: unknown][] = Object.entries({
      rateLimit: "10/day",
      debounceMs: -1,
      maxReconnects: Number.NaN,
      transports: ["sse"],
      fallback: "htmx",
      state: { n: "integer" },
      params: {},
      initial: {},
      onMount: "later",
      callbacks: () => ({ add: 1 }),
      reconnect: "no",
      version: "2",
      callback: () => ({}),
      onmount() {},
    });
    for (const [name, value] of [...wrong, ["rateLimit", ["5/second"]] as const]) {
      const options = { state: object({}), initial: () => ({}), [name]: value };
      assert.throws(() => live(options), { code: "E_OPTION", message: new RegExp(`live: ${name}`) });
    }
  });

  test("refuses options that are none, that lack what they need, and callbacks that are no functions: E_OPTION", () => {
    const define = live as unknown as (options?: unknown) => void;
    const needed = { state: object({}), initial: () => ({}) };
    type Maker = (...given: unknown[]) => unknown;
    const made = (...given: unknown[]) => ({
      ...needed,
      callbacks: (callback: Maker) => ({ add: callback(...given) }),
    });
    const wrong: readonly (readonly [options: unknown, message: RegExp])[] = [
      [undefined, /"live" is not valid; expected an object, got undefined/],
      [{ state: object({}) }, /live: initial".*expected a function, got undefined/],
      [{ initial: () => ({}) }, /live: state".*expected a struct, got undefined/],
      [{ ...needed, callbacks: {} }, /live: callbacks".*expected a function, got object/],
      [
        { ...needed, callbacks: () => {} },
        /live: callbacks".*returns the callbacks by their names, got undef/,
      ],
      [{ ...needed, callbacks: () => ({ toJSON() {} }) }, /live: callbacks\.toJSON"/],
      [made(integer(), () => {}), /live: callbacks\.add".*a list of structs.*, got Struct/],
      [made([integer()]), /live: callbacks\.add".*expected a function.*, got undefined/],
    ];
    for (const [options, message] of wrong)
      assert.throws(() => define(options), { code: "E_OPTION", message });
  });

  test("is what LiveElement is given, and nothing else: E_OPTION", () => {
    const rpc = server.rpc(() => 1);
    for (const wrong of [undefined, {}, rpc, class {}])
      assert.throws(() => LiveElement(wrong as never), {
        code: "E_OPTION",
        message: /LiveElement.*expected a live component, as live\(\) gives it, got/,
      });
  });

  test("refuses a model of what the state does not have, and names it: E_OPTION", () => {
    const state = object({ note: string(), mine: nullable(object({ name: string() })), other: any() });
    const modelled = (model: unknown) => () =>
      live({ state, initial: () => ({}) as never, model: model as [] });
    for (const path of ["typo", "mine.typo", "constructor", "note "])
      assert.throws(modelled(["note", path]), {
        code: "E_OPTION",
        message: new RegExp(`live: model.*"${path}" is none`),
      });
    assert.throws(modelled("note"), { code: "E_OPTION" });
    assert.throws(modelled([0]), { code: "E_OPTION" });
    modelled(["note", "mine", "mine.name", "other.anything"])();
  });
});
