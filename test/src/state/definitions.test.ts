/** What definitions refuse where no compiler has: each fails where it stands, with what was expected. */
import { array, integer, nullable, object, optional, string, type } from "superstruct";
import { callback, client, local, shared } from "../../../src/index.ts";
import { assert, suite, test } from "../../support/suite.ts";

const state = object({ n: integer(), rows: array(string()) });
const initial = () => ({ n: 0, rows: [] });
const add = (action: (...given: unknown[]) => unknown) => ({ add: action(() => {}) });

type Define = (name: unknown, options?: unknown) => object;
const kinds: Readonly<Record<string, Define>> = { shared, "shared.family": shared.family, local } as never;

const refused = (define: () => unknown, message: RegExp): void =>
  assert.throws(define, { code: "E_OPTION", message });

for (const [kind, define] of Object.entries(kinds)) {
  const name = `defined-${kind}`;
  const refuses = (options: object, message: RegExp): void =>
    refused(() => define(name, { state, initial, ...options }), message);

  suite(kind, () => {
    test("refuses a name that is none, or another store's", () => {
      const names = ["", "a b", "a\n", "\u00a0", "a/b", "/a", "@a", "a\0", "\ud800", "n".repeat(193)];
      for (const wrong of names)
        refused(() => define(wrong, { state, initial }), /"[^"]*\(.*expected a name of 1 to 192/s);
      for (const wrong of [undefined, null, 1, {}, Symbol("a")])
        refused(
          () => define(wrong, { state, initial }),
          /\(name\)" is not valid; expected a name .*, got (undefined|null|number|object|symbol)\.$/,
        );
    });

    test("takes names of 1 to 192 letters of any alphabet", () => {
      for (const own of ["ä", "茶.会:1-2_3", "a@b", "😀", "n".repeat(192)].map((each) => kind.at(-1) + each))
        define(own.slice(0, 192), { state, initial });
    });

    test("refuses an option that it does not have", () => {
      refuses({ actons: add }, /"defined-[\w.]+: actons" is not valid\. There is no such option/);
      refuses({ serveronly: [] }, /: serveronly"/);
      refuses({ keys: string() }, /: keys"/);
      refuses({ toString: 1 }, /: toString"/);
      for (const options of [undefined, null, "options", []])
        refused(() => define(name, options), /"defined-[\w.]+" is not valid; expected an object, got /);
    });

    test("refuses an option of the wrong kind", () => {
      refuses({ version: "2" }, /: version" is not valid; expected an integer, got string/);
      refuses({ migrate: {} }, /: migrate".*expected a function, got object/);
      refuses({ initial: { n: 0 } }, /: initial".*expected a function, got object/);
      refuses({ initial: undefined }, /: initial".*expected a function, got undefined/);
      refuses({ state: { n: "integer" } }, /: state".*expected a struct, got object/);
      refuses({ state: null }, /: state".*expected a struct, got null/);
    });

    test("refuses actions that are not made by `action`", () => {
      const made = (entry: unknown) => ({ actions: () => ({ add: entry }) });
      const making = (...given: unknown[]) => ({
        actions: (action: (...given: unknown[]) => unknown) => ({ add: action(...given) }),
      });
      refuses({ actions: { add() {} } }, /: actions".*expected a function, got object/);
      refuses({ actions: () => {} }, /: actions".*returns the actions by their names, got undefined/);
      refuses(
        made(() => {}),
        /: actions\.add".*expected what action\(fn\).*makes, got function/,
      );
      refuses(made({}), /: actions\.add".*expected what action/);
      refuses(making(), /: actions\.add".*expected a function.*, got undefined/);
      refuses(making([string()]), /: actions\.add".*expected a function.*, got array/);
      refuses(
        making(integer(), () => {}),
        /: actions\.add".*a list of structs.*, got Struct/,
      );
      refuses(
        making(["integer"], () => {}),
        /: actions\.add".*a list of structs.*, got array/,
      );
      refuses(making([integer()], "add"), /: actions\.add".*expected a function.*, got string/);
    });

    test("refuses an action of a name that is taken", () => {
      const named = (own: string) => ({
        actions: (action: (run: () => void) => unknown) => ({ [own]: action(() => {}) }),
      });
      for (const own of ["then", "constructor", "toJSON"]) refuses(named(own), /got a name that JavaScript/);
      refuses(named("rows"), /: actions\.rows".*got the name of a state key/);
      refuses({ ...named("value"), state: integer() }, /: actions\.value".*got the name of a state key/);
    });

    test("takes its name for a definition that is valid, after all that were not", () => {
      define(name, { state, initial, actions: add, version: 2, migrate: () => initial() });
      assert.throws(() => define(name, { state, initial }), { code: "E_DUPLICATE_NAME" });
    });
  });
}

suite("shared stores", () => {
  const refuses = (options: object, message: RegExp): void => {
    for (const define of [shared, shared.family] as unknown as Define[])
      refused(() => define("defined-wrong", { state, initial, ...options }), message);
  };

  test("refuse to be without a struct, and what local stores have", () => {
    refuses({ state: undefined }, /: state".*expected a struct, got undefined/);
    refuses({ persist: true }, /: persist" is not valid\. There is no such option/);
  });

  test("refuse options of a class, of which a copy would not have all", () => {
    class Options {
      state = state;
      initial = initial;
      get access() {
        return { read: () => false };
      }
    }
    refused(() => shared("defined-wrong", new Options()), /"defined-wrong" is.*expected a plain object/);
  });

  test("refuse options of the wrong kind", () => {
    refuses({ optimistic: "no" }, /: optimistic".*expected true or false, got string/);
    refuses({ serverOnly: "n" }, /: serverOnly".*expected a list of keys of the state, got string/);
    refuses({ serverOnly: [0] }, /: serverOnly".*expected a list of keys/);
  });

  test("refuse a serverOnly key that the state does not have", () => {
    refuses({ serverOnly: ["n", "m"] }, /: serverOnly".*expected keys of the state: n, rows, got "m"/);
    refuses({ state: optional(state), serverOnly: ["toString"] }, /: serverOnly"/);
    refuses({ state: integer(), serverOnly: ["n"] }, /expected keys of the state: value, got "n"/);
    shared("defined-boxed", { state: integer(), initial: () => 0, serverOnly: ["value"] });
    // While it is null it stands under `value`.
    shared("defined-nullable", {
      state: nullable(state),
      initial: () => null,
      serverOnly: ["value" as never],
    });
    // Keys that it does not name may stand there, too.
    const open = type({ n: integer() });
    shared("defined-open", { state: open, initial: () => ({ n: 0, m: 0 }), serverOnly: ["m" as never] });
  });
});

suite("families and local stores", () => {
  const define = kinds as Readonly<Record<"local" | "shared.family", Define>>;

  test("refuse a key that is no struct", () => {
    for (const key of [/x/, null, "text"])
      refused(() => define["shared.family"]("defined-keys", { state, initial, key }), /: key".*a struct/);
    refused(() => shared("defined-keys", { state, initial, key: string() } as never), /no such option/);
  });

  test("refuse what cannot be persisted or reflected", () => {
    const refuses = (options: object, message: RegExp) =>
      refused(() => define.local("defined-local", { state, initial, ...options }), message);
    refuses({ persist: "local" }, /: persist".*expected true, false, "session" or "cookie", got string/);
    refuses({ reflect: "n" }, /: reflect".*expected a list of keys/);
    refuses({ reflect: ["m"] }, /: reflect".*expected keys of the state: n, rows, got "m"/);
    refuses({ serverOnly: ["n"] }, /: serverOnly".*no such option/);
    local("defined-loose", { initial, reflect: ["n"] });
  });
});

suite("functions with arguments", () => {
  test("refuse what declares none, or takes none", () => {
    const makers: readonly ((...given: never[]) => unknown)[] = [callback, client.realtime];
    const run = () => {};
    for (const make of makers as ((...given: unknown[]) => unknown)[]) {
      for (const given of [[], [undefined, run], [string(), run], [["string"], run], [[string()], "run"]])
        refused(() => make(...given), /expected a function, and before it a list of structs.*, got /);
      make(run);
      make([string()], run);
    }
    refused(() => client.realtime([string()] as never), /"client\.realtime\(\)"/);
    assert.equal(typeof callback([string()]), "function");
  });
});
