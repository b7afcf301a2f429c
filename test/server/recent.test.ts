import { Recent } from "../../server/recent.ts";
import { assert, suite, test } from "../support/suite.ts";

suite("what was of use of late", () => {
  test("is forgotten where nobody asks for it from one turn to the next but one", () => {
    const recent = new Recent<string>();
    recent.set("asked", "a");
    recent.set("left", "b");
    recent.turn();
    assert.equal(recent.get("asked"), "a");
    recent.turn();
    assert.equal(recent.get("asked"), "a");
    assert.equal(recent.get("left"), undefined);
  });

  test("is never more than twice as much as is allowed", () => {
    const recent = new Recent<string>(10);
    const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);
    for (const key of keys) recent.set(key, key);
    const known = keys.filter((key) => recent.get(key) !== undefined);
    assert.ok(known.length <= 20, String(known.length));
    assert.ok(known.includes("key 99"));
  });
});
