import { type MessageLimits, scan } from "../../../server/hub/scan.ts";
import type { ErrorCode } from "../../../src/errors.ts";
import { unsafeKeys } from "../../../src/state/json.ts";
import { isTooBig } from "../../../src/wire/limits.ts";
import { MAX_SHARED_LETTERS } from "../../../src/wire/protocol.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { assert, suite, test } from "../../support/suite.ts";

const limits: MessageLimits = { maxDepth: 3, maxNodes: 6, maxKeysPerObject: 2 };
const defaults: MessageLimits = { maxDepth: 38, maxNodes: 5000, maxKeysPerObject: 500 };

suite("the scan of a message", () => {
  test("lets through what keeps to the limits", () => {
    for (const text of ["1", '"x"', "[[[1]]]", '{"a":1,"b":2}', "[1,2,3,4,5]", ""])
      assert.equal(scan(text, limits), undefined, text);
  });

  test("T30 counts levels", () => {
    assert.equal(scan("[[[[1]]]]", limits), "E_TOO_DEEP");
    assert.equal(scan('{"a":{"b":{"c":{}}}}', limits), "E_TOO_DEEP");
    assert.equal(scan("[".repeat(500_000), limits), "E_TOO_DEEP");
  });

  test("T30 counts values", () => {
    assert.equal(scan("[1,2,3,4,5,6,7]", limits), "E_TOO_BIG");
    assert.equal(scan("[[],[],[],[],[],[]]", limits), "E_TOO_BIG");
  });

  test("T30 counts the keys of one object, and each object's for itself", () => {
    assert.equal(scan('{"a":1,"b":2,"c":3}', limits), "E_TOO_BIG");
    assert.equal(scan('[{"a":1},{"b":2},{"c":3}]', { ...limits, maxNodes: 20 }), undefined);
  });

  test("takes brackets, commas and colons in texts for what they are", () => {
    assert.equal(scan('"[[[[,,,,,,,,{{{{::::"', limits), undefined);
    assert.equal(scan('["\\"[[[[", "\\\\"]', limits), undefined);
  });

  test("ends with a text that does not", () => {
    assert.equal(scan('"open', limits), undefined);
    assert.equal(scan('"\\', limits), undefined);
    assert.equal(scan("]]]]}}}}[", limits), undefined);
  });

  test("T30 is linear: these would take hours", () => {
    const many = 1_000_000;
    const wide = { maxDepth: many, maxNodes: many * 2, maxKeysPerObject: many };
    scan(`"${"\\\\".repeat(many)}`, wide);
    scan(`"${'\\"'.repeat(many)}`, wide);
    scan(`{${Array.from({ length: many / 10 }, (_, n) => `"${n}":0`).join()}}`, wide);
    scan(`{${'"":{'.repeat(many / 4)}`, wide);
    scan(`${'"":'.repeat(many / 4)}`, wide);
    scan(`Ж${"{::::::::::::::::::}".repeat(many / 20)}\\`, wide);
  });

  test("is counted as the scan counts it", () => {
    const random = randomFrom(seed);
    const pick = () => [1, ",[:{", [], {}, [[]], [{ a: [] }], { a: 1, b: [null] }][Math.floor(random() * 7)];
    const grow = (part: unknown[] | Record<string, unknown>, add: (n: number) => void) => {
      for (let n = 0; !isTooBig(JSON.stringify(part)); add(n++))
        assert.equal(scan(JSON.stringify(part), defaults), undefined, `seed ${seed}, after ${n}`);
      assert.equal(scan(JSON.stringify(part), defaults), "E_TOO_BIG", `seed ${seed}`);
    };
    const list = Array.from({ length: 2000 }, pick);
    grow(list, () => list.push(pick()));
    const fields: Record<string, unknown> = Object.fromEntries(list.slice(0, 400).entries());
    grow([fields], (n) => {
      fields[`key ${n}`] = pick();
    });
  });

  test("that shares a message cannot have too many values", () => {
    const text = JSON.stringify(Array.from({ length: MAX_SHARED_LETTERS / 2 }, () => 1));
    assert.equal(scan(text, { maxDepth: 9, maxNodes: 5000, maxKeysPerObject: 9 }), undefined);
  });
});

/** A key as an attacker may write it: each letter, or only some, as an escape. */
const escaped = (key: string, isEscaped: (index: number) => boolean = () => true) =>
  Array.from(key, (letter, index) =>
    isEscaped(index) ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}` : letter,
  ).join("");

const codeOf = (text: string): ErrorCode | undefined => scan(text, defaults);

suite("the keys of a message", () => {
  for (const key of unsafeKeys)
    test(`T01 are not ${key}, at any depth and however it is written`, () => {
      const ways = [key, escaped(key), escaped(key, (index) => index === 1)];
      for (const written of ways)
        for (const [before, after] of [
          ["", ""],
          ['{"a":', "}"],
          ['[[{"b":1},', "]]"],
          [`{"${"c".repeat(100)}":{"d":[`, "]}}"],
        ])
          assert.equal(codeOf(`${before}{"e":2 , "${written}" : {}}${after}`), "E_BAD_KEY", written);
    });

  test("T01 may be like those, and texts may be those", () => {
    for (const key of ["__proto", "_proto__", "Constructor", "thenable", "type", "toString", "length", ""])
      assert.equal(codeOf(`{"${key}":1}`), undefined, key);
    for (const key of unsafeKeys) assert.equal(codeOf(`["${key}",{"a":"${key}"}]`), undefined);
  });

  test("T30 are refused where one object has a key twice, however it is written", () => {
    const many = Array.from({ length: 40 }, (_, n) => `"key${n}":${n}`).join();
    for (const [object, code] of [
      ['{"a":1,"a":2}', "E_BAD_MESSAGE"],
      ['{"a":1,"\\u0061":2}', "E_BAD_MESSAGE"],
      ['{"\\u0061":1,"a":2}', "E_BAD_MESSAGE"],
      ['{"a":{"a":{"b":1}},"b":[{"a":1},{"a":1}]}', undefined],
      ['{"a":{"c":1},"b":2,"a":3}', "E_BAD_MESSAGE"],
      ['{"\\"":1,"\\\\":2,"\\n":3}', undefined],
      ['{"\\"":1,"\\u0022":2}', "E_BAD_MESSAGE"],
      [`{${many}}`, undefined],
      [`{${many},"key39":1}`, "E_BAD_MESSAGE"],
      [`{${many},"key3\\u0039":1}`, "E_BAD_MESSAGE"],
      [`{"a":{${many}},"b":{${many}},"a":1}`, "E_BAD_MESSAGE"],
      [`[{${many}},{${many}}]`, undefined],
    ] as const)
      assert.equal(codeOf(object), code, object);
  });

  test("T30 have at most 128 letters, as they are read", () => {
    const [fits, long] = ["k".repeat(128), "k".repeat(129)];
    assert.equal(codeOf(`{"${fits}":1}`), undefined);
    assert.equal(codeOf(`{"${long}":1}`), "E_BAD_KEY");
    assert.equal(codeOf(`{"${escaped(fits)}":1}`), undefined);
    assert.equal(codeOf(`{"${escaped(long)}":1}`), "E_BAD_KEY");
  });

  test("are judged as the parser reads them", () => {
    const random = randomFrom(seed);
    // No backslash: where an earlier object had the key "b\\", V8 13.6 reads the key "b\\ud83d" as that one.
    const letters = ["a", "b", "\\u0061", '\\"', "\\n", "é", "", ":", "{", "\\ud83d"];
    const pick = () => letters[Math.floor(random() * letters.length)] as string;
    for (let round = 0; round < 3000; round++) {
      const keys = Array.from({ length: 1 + Math.floor(random() * 20) }, () => pick() + pick());
      const text = `{"outer":[${keys.map((key) => `"${key}"`).join()}],"inner":{${keys.map((key) => `"${key}":[]`).join()}}}`;
      const { inner } = JSON.parse(text) as { inner: object };
      const hasTwice = Object.keys(inner).length < keys.length;
      assert.equal(codeOf(text), hasTwice ? "E_BAD_MESSAGE" : undefined, `seed ${seed}: ${text}`);
    }
  });

  test("that are no JSON are left to the parser", () => {
    for (const text of ['{"\\x":1}', '{"\\u00":1}', "{:}", ':"', "{1:2}", '{"a"', "}}}:::", '{"a":1,:2}'])
      assert.equal([undefined, "E_BAD_MESSAGE"].includes(codeOf(text)), true, text);
  });
});
