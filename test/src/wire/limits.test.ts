import { isTooBig, type MessageLimits, scan } from "../../../src/wire/limits.ts";
import { MAX_BATCH_BYTES, MAX_SHARED_LETTERS } from "../../../src/wire/protocol.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { assert, suite, test } from "../../support/suite.ts";

const limits: MessageLimits = { maxDepth: 3, maxNodes: 6, maxKeysPerObject: 2 };

suite("the scan of a message", () => {
  test("lets through what keeps to the limits", () => {
    for (const text of ["1", '"x"', "[[[1]]]", '{"a":1,"b":2}', "[1,2,3,4,5]", ""])
      assert.equal(scan(text, limits), undefined, text);
  });

  test("counts levels", () => {
    assert.equal(scan("[[[[1]]]]", limits), "E_TOO_DEEP");
    assert.equal(scan('{"a":{"b":{"c":{}}}}', limits), "E_TOO_DEEP");
    assert.equal(scan("[".repeat(500_000), limits), "E_TOO_DEEP");
  });

  test("counts values", () => {
    assert.equal(scan("[1,2,3,4,5,6,7]", limits), "E_TOO_BIG");
    assert.equal(scan("[[],[],[],[],[],[]]", limits), "E_TOO_BIG");
  });

  test("counts the keys of one object, and each object's for itself", () => {
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

  test("is linear", () => {
    const started = performance.now();
    scan(`"${"\\\\".repeat(500_000)}`, limits);
    assert.ok(performance.now() - started < 1000);
  });
});

const defaults: MessageLimits = { maxDepth: 38, maxNodes: 5000, maxKeysPerObject: 500 };

suite("a part of a message", () => {
  test("is too big by its bytes, its values or its keys", () => {
    assert.equal(isTooBig(JSON.stringify("x".repeat(MAX_BATCH_BYTES - 2))), false);
    assert.equal(isTooBig(JSON.stringify("x".repeat(MAX_BATCH_BYTES))), true);
    assert.equal(isTooBig(JSON.stringify("€".repeat(MAX_BATCH_BYTES / 3))), true);
    assert.equal(isTooBig(JSON.stringify(Array.from({ length: 5001 }, () => 1))), true);
    assert.equal(
      isTooBig(JSON.stringify(Object.fromEntries(Array.from({ length: 501 }, (_, n) => [n, 1])))),
      true,
    );
  });

  test("is not too big for its commas in texts", () => {
    assert.equal(isTooBig(JSON.stringify(",".repeat(50_000))), false);
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
