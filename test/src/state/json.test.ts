import { checkKey, plain } from "../../../src/state/json.ts";
import { assert, suite, test } from "../../support/suite.ts";

const refused = (value: unknown, path: string, got: string) =>
  assert.throws(() => plain(value, "chat"), {
    code: "E_NOT_JSON",
    message: new RegExp(`"chat${path.replaceAll(".", "\\.")}" .*got ${got}`),
  });

suite("plain", () => {
  test("takes everything that JSON can say", () => {
    const value = {
      nothing: null,
      yes: true,
      no: false,
      n: -1.5,
      text: "ü",
      list: [[], {}, [1, "a"]],
      o: { p: {} },
    };
    assert.deepEqual(plain(value, "chat"), value);
    for (const simple of [null, true, 0, "", 1e300]) assert.equal(plain(simple, "chat"), simple);
  });

  test("copies, so that nobody outside holds a part of it", () => {
    const value = { list: [{ n: 1 }] };
    const copied = plain(value, "chat");
    for (const item of value.list) item.n = 2;
    value.list.push({ n: 3 });
    assert.deepEqual(copied, { list: [{ n: 1 }] });
  });

  test("copies a value that is given twice into two", () => {
    const shared = { n: 1 };
    const [first, second] = plain([shared, shared], "chat") as object[];
    assert.notEqual(first, second);
  });

  test("makes 0 of -0", () => {
    assert.equal(Object.is(plain(-0, "chat"), 0), true);
    assert.deepEqual(plain([-0], "chat"), [0]);
  });

  test("takes objects without a prototype, and gives ordinary ones", () => {
    const copied = plain(Object.assign(Object.create(null), { a: 1 }), "chat") as object;
    assert.equal(Object.getPrototypeOf(copied), Object.prototype);
    assert.deepEqual(copied, { a: 1 });
  });

  test("reads through proxies", () => {
    const list = new Proxy<unknown[]>([], {
      get: (target, key) =>
        key === "length" ? 2 : key === "0" || key === "1" ? `item ${key}` : Reflect.get(target, key),
    });
    const object = new Proxy<object>(
      {},
      {
        get: (_, key) => (key === "list" ? list : undefined),
        ownKeys: () => ["list"],
        getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: list }),
      },
    );
    assert.deepEqual(plain(object, "chat"), { list: ["item 0", "item 1"] });
  });

  test("D14.1 refuses what JSON cannot say, with the path and the type", () => {
    refused(undefined, "", "undefined");
    refused({ a: [{ b: undefined }] }, ".a.0.b", "undefined");
    refused([() => 1], ".0", "function");
    refused([Number.NaN], ".0", "NaN");
    refused({ n: Number.POSITIVE_INFINITY }, ".n", "Infinity");
    refused({ at: new Date() }, ".at", "Date");
    refused(new Map(), "", "Map");
    refused([Symbol("s")], ".0", "symbol");
    refused([1n], ".0", "bigint");
    refused([new (class Message {})()], ".0", "Message");
    refused([Object(1)], ".0", "Number");
    refused(Object.create({ inherited: 1 }), "", "object");
  });

  test("refuses a list with holes", () => {
    const list = [1];
    list[2] = 3;
    refused(list, ".1", "undefined");
  });

  test("never says the value", () => {
    assert.throws(
      () => plain({ text: Object("secret") }, "chat"),
      (error) => !(error as Error).message.includes("secret"),
    );
  });

  test("refuses cycles and what is nested more than 32 deep", () => {
    const cycle: { self?: object } = {};
    cycle.self = { back: cycle };
    assert.throws(() => plain(cycle, "chat"), {
      code: "E_NOT_JSON",
      message: /at most 32 levels, without cycles/,
    });
    const nested = (depth: number): unknown => (depth ? [nested(depth - 1)] : "end");
    assert.deepEqual(plain(nested(32), "chat"), nested(32));
    assert.throws(() => plain([nested(32)], "chat"), { code: "E_NOT_JSON" });
  });

  test("counts the path that it is given", () => {
    assert.throws(() => plain({ a: Number.NaN }, "chat", ["list", 0]), { message: /"chat\.list\.0\.a"/ });
    const path = Array.from({ length: 32 }, () => "k");
    assert.deepEqual(plain([], "chat", path.slice(1)), []);
    assert.throws(() => plain([], "chat", path), { code: "E_NOT_JSON" });
  });

  test("refuses the names of JavaScript's own parts, with the path", () => {
    for (const key of ["__proto__", "constructor", "prototype", "then", "toJSON"]) {
      const value = JSON.parse(`{ "list": [{ ${JSON.stringify(key)}: 1 }] }`);
      assert.throws(() => plain(value, "chat"), {
        code: "E_BAD_KEY",
        message: new RegExp(`"chat\\.list\\.0\\.${key}"`),
      });
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  test("refuses keys that are too long to travel", () => {
    const [fits, long] = ["k".repeat(128), "k".repeat(129)];
    assert.deepEqual<unknown>(plain({ [fits]: 1 }, "chat"), { [fits]: 1 });
    assert.throws(() => plain([{ [long]: 1 }], "chat"), { code: "E_BAD_KEY", message: /128 letters/ });
  });

  test("takes other inherited names as keys of their own", () => {
    const value = { toString: 1, valueOf: 2, hasOwnProperty: 3 };
    assert.deepEqual<unknown>(plain(value, "chat"), value);
  });
});

suite("checkKey", () => {
  test("refuses the names of JavaScript's own parts as steps of a path", () => {
    assert.throws(() => checkKey("__proto__", "chat"), { code: "E_BAD_KEY", message: /"chat\.__proto__"/ });
    checkKey("messages", "chat");
    checkKey(0, "chat");
  });
});
