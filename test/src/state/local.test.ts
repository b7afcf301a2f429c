import { number, object, optional, string } from "superstruct";
import type { VioletError } from "../../../src/errors.ts";
import type { Definition } from "../../../src/state/definition.ts";
import { subscribe } from "../../../src/state/helpers.ts";
import type { JsonObject } from "../../../src/state/json.ts";
import { type LocalOptions, LocalStore, local } from "../../../src/state/local.ts";
import type { Page } from "../../../src/state/persist.ts";
import { setResolver } from "../../../src/state/resolver.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import type { NoActions } from "../../../src/state/types.ts";
import { EmptyPage, host, resolveHere } from "../../support/stores.ts";
import { assert, suite, test } from "../../support/suite.ts";

resolveHere();
let count = 0;

const Ui = object({ theme: string(), width: number(), draft: optional(string()) });
type Ui = { theme: string; width: number; draft?: string };

const ui = (options: Partial<LocalOptions<Ui, NoActions, string>> = {}) =>
  local(`ui${count++}`, {
    state: Ui,
    initial: () => ({ theme: "light", width: 100 }),
    persist: true,
    ...options,
  } as {
    readonly state: typeof Ui;
    readonly initial: () => Ui;
  });

/** What would be uncaught errors is kept. */
class WatchedStore extends LocalStore {
  readonly errors: VioletError[] = [];

  protected override fault(error: unknown): void {
    this.errors.push(error as VioletError);
  }
}

/** The store as a page has it, and the errors that it reports. */
function inPage(definition: Definition, page: Page, given?: JsonObject) {
  const core = new WatchedStore(definition, { ...host, page }, given);
  setResolver(() => core);
  return { core, errors: core.errors, root: core.root as Ui };
}

const keep = (page: Page, { name }: Definition, version: number, value: unknown) =>
  page.localStorage.setItem(`violet:${name}`, JSON.stringify({ version, value }));

const kept = (page: Page, { name }: Definition) =>
  JSON.parse(page.localStorage.getItem(`violet:${name}`) ?? "null");

suite("a local store", () => {
  test("starts with initial(), or with the page's value", () => {
    const definition = definitionOf(
      local(`plain${count++}`, { initial: (request) => ({ url: request?.url ?? "none" }) }),
    );
    assert.deepEqual(new LocalStore(definition, host).snapshot(), { url: "none" });
    assert.deepEqual(new LocalStore(definition, host, { url: "/" }).snapshot(), { url: "/" });
  });

  test("accepts its writes at once, and nothing waits", async () => {
    const core = new LocalStore(definitionOf(ui({ persist: false })), host);
    (core.root as Ui).width = 5;
    assert.equal(core.pending, 0);
    assert.equal(core.isLoaded, true);
    await core.settled();
    await core.loaded();
  });

  test("runs actions with the client, and with ids and times of their own", () => {
    const notes = local(`notes${count++}`, {
      initial: () => ({ list: [] as { id: string; by: string; at: number }[] }),
      actions: (action) => ({
        add: action([string()], (state, text, { client, id, now }) => {
          state.list.push({ id: id() + text, by: client.user?.name ?? "", at: now() });
        }),
      }),
    });
    let random = 0;
    const core = new LocalStore(definitionOf(notes), { ...host, random: () => (random += 0.1) });
    setResolver(() => core);
    notes.add("x");
    notes.add("x");
    const [one, two] = notes.list;
    assert.match(one?.id ?? "", /^[a-z\d]{20}x$/);
    assert.notEqual(one?.id, two?.id);
    assert.deepEqual([one?.by, one?.at], ["Ada", host.now()]);
  });

  test("is checked by its struct", () => {
    const { root } = inPage(definitionOf(ui({ persist: false })), new EmptyPage());
    assert.throws(() => (root.width = "wide" as unknown as number), { code: "E_VALIDATION" });
  });
});

suite("a persisted store", () => {
  test("stores each change with the version, and nothing before the first", async () => {
    const page = new EmptyPage();
    const definition = definitionOf(ui({ version: 3 }));
    const { core, root } = inPage(definition, page);
    await core.loaded();
    assert.equal(kept(page, definition), null);
    root.theme = "dark";
    await Promise.resolve();
    assert.deepEqual(kept(page, definition), { version: 3, value: { theme: "dark", width: 100 } });
  });

  test("applies the stored value as a normal change, before it is loaded", async () => {
    const page = new EmptyPage();
    const store = ui();
    const definition = definitionOf(store);
    keep(page, definition, 1, { theme: "dark", width: 100, draft: "x" });
    const { core, root, errors } = inPage(definition, page, { theme: "light", width: 100 });
    const seen: string[] = [];
    const ops: unknown[] = [];
    subscribe(store, ({ theme }) => seen.push(theme));
    core.listen((batch) => ops.push(...(batch ?? [])));
    assert.equal(core.isLoaded, false);
    assert.equal(root.theme, "light");
    await core.loaded();
    assert.equal(core.isLoaded, true);
    assert.deepEqual(core.snapshot(), { theme: "dark", width: 100, draft: "x" });
    assert.deepEqual(ops, [
      ["set", ["theme"], "dark"],
      ["set", ["draft"], "x"],
    ]);
    assert.equal(seen[0], "dark");
    assert.deepEqual(errors, []);
  });

  test("lets what was written before the stored value came win, and stores it", async () => {
    const page = new EmptyPage();
    const definition = definitionOf(ui());
    keep(page, definition, 1, { theme: "dark", width: 7 });
    const { core, root } = inPage(definition, page);
    root.theme = "blue";
    await core.loaded();
    assert.deepEqual(core.snapshot(), { theme: "blue", width: 7 });
    assert.deepEqual(kept(page, definition).value, { theme: "blue", width: 7 });
  });

  test("forgets a key that was deleted when it was stored", async () => {
    const page = new EmptyPage();
    const definition = definitionOf(
      ui({ initial: () => ({ theme: "light", width: 1, draft: "first" }) } as object),
    );
    keep(page, definition, 1, { theme: "dark", width: 7 });
    const { core } = inPage(definition, page);
    await core.loaded();
    assert.deepEqual(core.snapshot(), { theme: "dark", width: 7 });
  });

  test("keeps a new key of initial that was not stored yet, where no struct says what belongs", async () => {
    const page = new EmptyPage();
    const definition = definitionOf(
      local(`loose${count++}`, { initial: () => ({ a: 1, b: 2 }), persist: true }),
    );
    keep(page, definition, 1, { a: 5 });
    const { core } = inPage(definition, page);
    await core.loaded();
    assert.deepEqual(core.snapshot(), { a: 5, b: 2 });
  });

  test("migrates what an earlier version stored", async () => {
    const page = new EmptyPage();
    const migrate = (old: unknown, from: number) => ({
      theme: `${(old as { color: string }).color} ${from}`,
      width: 1,
    });
    const definition = definitionOf(ui({ version: 2, migrate }));
    keep(page, definition, 1, { color: "dark" });
    const { core, root } = inPage(definition, page);
    await core.loaded();
    assert.equal(root.theme, "dark 1");
    root.width = 2;
    await Promise.resolve();
    assert.deepEqual(kept(page, definition), { version: 2, value: { theme: "dark 1", width: 2 } });
  });

  test("reports a stored value that does not fit, and never writes over it", async () => {
    for (const [version, value] of [
      [1, { theme: 5 }],
      [9, { theme: "dark", width: 1 }],
      ["x", 1],
      [1, JSON.parse('{"theme":"d","width":1,"then":1}')],
    ]) {
      const page = new EmptyPage();
      const definition = definitionOf(ui());
      keep(page, definition, version as number, value);
      const before = kept(page, definition);
      const { core, root, errors } = inPage(definition, page);
      root.width = 2;
      await core.loaded();
      root.theme = "blue";
      await Promise.resolve();
      assert.deepEqual(
        errors.map(({ code }) => code),
        ["E_STATE_INVALID"],
      );
      assert.deepEqual(kept(page, definition), before);
      assert.equal(root.theme, "blue");
    }
  });

  test("T64 reports once that the storage takes nothing, and stores again when it does", async () => {
    const page = new EmptyPage();
    const definition = definitionOf(ui());
    let isFull = true;
    const full: Page["localStorage"] = {
      getItem: (key) => page.localStorage.getItem(key),
      setItem(key, text) {
        if (isFull) throw new Error("quota");
        page.localStorage.setItem(key, text);
      },
    };
    const { core, root, errors } = inPage(
      definition,
      Object.assign(Object.create(page), { localStorage: full }),
    );
    await core.loaded();
    for (const width of [1, 2, 3]) {
      root.width = width;
      await Promise.resolve();
    }
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["E_STORAGE"],
    );
    isFull = false;
    root.width = 4;
    await Promise.resolve();
    assert.equal(kept(page, definition).value.width, 4);
  });

  test("goes on without a storage that is not allowed", async () => {
    const page = Object.defineProperty(new EmptyPage(), "localStorage", {
      get: () => {
        throw new Error("SecurityError");
      },
    });
    const { core, root, errors } = inPage(definitionOf(ui()), page);
    await core.loaded();
    root.width = 4;
    await Promise.resolve();
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["E_STORAGE"],
    );
    assert.equal(root.width, 4);
  });

  test("uses sessionStorage when it is asked to", async () => {
    const page = new EmptyPage();
    const definition = definitionOf(ui({ persist: "session" }));
    const { core, root } = inPage(definition, page);
    await core.loaded();
    root.width = 4;
    await Promise.resolve();
    assert.equal(JSON.parse(page.sessionStorage.getItem(`violet:${definition.name}`) ?? "").value.width, 4);
    const again = inPage(definition, page);
    await again.core.loaded();
    assert.equal(again.root.width, 4);
  });

  test("uses a cookie when it is asked to, and reports one that is too long", async () => {
    const page = new EmptyPage();
    page.document.cookie = "other=1; path=/";
    const definition = definitionOf(ui({ persist: "cookie" }));
    const { core, root, errors } = inPage(definition, page);
    await core.loaded();
    root.theme = "däрk; a=b";
    await Promise.resolve();
    assert.match(page.document.cookie, new RegExp(`violet-${definition.name}=%7B`));
    assert.deepEqual(page.document.attributes, ["path=/", "max-age=31536000", "samesite=lax"]);
    const again = inPage(definition, page);
    await again.core.loaded();
    assert.equal(again.root.theme, "däрk; a=b");
    root.theme = "x".repeat(5000);
    await Promise.resolve();
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["E_STORAGE"],
    );
  });

  test("keeps a state that is no object", async () => {
    const page = new EmptyPage();
    const definition = definitionOf(
      local(`n${count++}`, { state: number(), initial: () => 5, persist: true }),
    );
    keep(page, definition, 1, 7);
    const { core } = inPage(definition, page);
    await core.loaded();
    assert.deepEqual(core.snapshot(), { value: 7 });
    (core.root as { value: number }).value = 8;
    await Promise.resolve();
    assert.deepEqual(kept(page, definition), { version: 1, value: 8 });
  });

  test("has its reflected keys on <html>: from the start, and as they change", async () => {
    const page = new EmptyPage();
    const { dataset } = page.document.documentElement;
    const definition = definitionOf(ui({ reflect: ["theme", "draft"] }));
    dataset.theme = "dark";
    keep(page, definition, 1, { theme: "dark", width: 1, draft: "x" });
    const { core, root } = inPage(definition, page);
    assert.deepEqual(dataset, { theme: "dark" });
    await core.loaded();
    assert.deepEqual(dataset, { theme: "dark", draft: "x" });
    root.theme = "blue";
    delete root.draft;
    await Promise.resolve();
    assert.deepEqual(dataset, { theme: "blue" });
  });

  test("reflects without storing", async () => {
    const page = new EmptyPage();
    const definition = definitionOf(ui({ persist: false, reflect: ["theme"] }));
    const { core, root } = inPage(definition, page);
    await core.loaded();
    assert.equal(page.document.documentElement.dataset.theme, "light");
    root.theme = "dark";
    await Promise.resolve();
    assert.equal(page.document.documentElement.dataset.theme, "dark");
    assert.equal(kept(page, definition), null);
  });
});

suite("a definition", () => {
  test("is refused when its name is taken", () => {
    local("taken", { initial: () => ({}) });
    assert.throws(() => local("taken", { initial: () => ({}) }), { code: "E_DUPLICATE_NAME" });
    assert.throws(() => shared("taken", { state: number(), initial: () => 0 }), { code: "E_DUPLICATE_NAME" });
  });

  test("is refused when an action has the name of a state key", () => {
    const actions = (action: (run: () => void) => unknown) => ({ width: action(() => {}) });
    const options = { state: Ui, initial: () => ({ theme: "", width: 0 }), actions } as unknown as Parameters<
      typeof shared
    >[1];
    assert.throws(() => shared(`clash${count++}`, options), { code: "E_OPTION", message: /actions\.width/ });
  });

  test("has the defaults of its options", () => {
    const { optimistic, version, persist, reflect, serverOnly, keys, scope } = definitionOf(
      shared(`defaults${count++}`, { state: number(), initial: () => 0 }),
    );
    assert.deepEqual(
      { optimistic, version, persist, reflect, serverOnly: [...serverOnly], keys, scope },
      {
        optimistic: true,
        version: 1,
        persist: false,
        reflect: [],
        serverOnly: [],
        keys: undefined,
        scope: "shared",
      },
    );
  });

  test("guards its serverOnly keys from all but actions", () => {
    resolveHere();
    const store = shared(`guarded${count++}`, {
      state: object({ online: number() }),
      initial: () => ({ online: 0 }),
      serverOnly: ["online"],
      actions: (action) => ({
        come: action((state) => {
          state.online++;
        }),
      }),
    });
    assert.throws(() => Reflect.set(store, "online", 5), { code: "E_SERVER_ONLY" });
    store.come();
    assert.equal(store.online, 1);
  });
});
