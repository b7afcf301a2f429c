import { Revoked } from "../../server/revoked.ts";
import { assert, suite, test } from "../support/suite.ts";

suite("what is known of revoked sessions", () => {
  const LIFE_MS = 1000;
  let nowMs = 0;
  const revoked = (max: number) => new Revoked({ now: () => nowMs }, LIFE_MS, max);
  const addAt = (set: Revoked, id: string, at: number) => {
    nowMs = at;
    set.add(id);
  };

  test("lasts as long as their cookies could be valid, and no longer", () => {
    const set = revoked(10);
    addAt(set, "a", 100);
    addAt(set, "b", 100 + LIFE_MS);
    assert(set.has("a", 50));
    addAt(set, "c", 101 + LIFE_MS);
    assert(!set.has("a", 50));
    assert(set.has("b", 50) && set.has("c", 50));
  });

  test("is bounded: of too many, all cookies of the time of the oldest are refused", () => {
    const set = revoked(2);
    addAt(set, "a", 100);
    addAt(set, "b", 200);
    assert(!set.has("stranger", 50));
    addAt(set, "c", 300);
    assert(set.has("a", 99));
    assert(set.has("stranger", 100));
    assert(!set.has("stranger", 101));
    assert(set.has("b", 150) && set.has("c", 250));
  });

  test("begins with what was stored, of which the oldest go first", () => {
    const set = revoked(2);
    nowMs = 300;
    const stored = [200, 100].map((at) => ({ session: `at ${at}`, at, until: at + LIFE_MS }));
    set.restore(stored);
    assert(set.has("at 100", 50) && set.has("at 200", 50));
    assert.deepEqual(set.add("c"), { session: "c", at: 300, until: 300 + LIFE_MS });
    assert(set.has("stranger", 100) && !set.has("stranger", 101));
    assert(set.has("at 200", 150));
  });

  test("counts from the last time, where one is revoked twice", () => {
    const set = revoked(2);
    addAt(set, "a", 100);
    addAt(set, "b", 200);
    addAt(set, "a", 300);
    addAt(set, "c", 400);
    assert(set.has("a", 250));
    assert(set.has("stranger", 200));
    assert(!set.has("stranger", 201));
  });
});
