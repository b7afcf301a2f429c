import { type ActionOrigin, actionContext } from "../../../src/state/context.ts";
import { assert, suite, test } from "../../support/suite.ts";

const origin: ActionOrigin = { client: { id: "me" }, store: "chat", seed: 1, at: 1_700_000_000_000 };

suite("an action's context", () => {
  // Golden values: a browser and a server of different builds have to agree on them.
  test("gives the same ids and numbers on both ends", () => {
    const context = actionContext(origin);
    assert.equal(context.id(), "eul7kxmmrobih5yh3eut");
    assert.equal(context.id(), "dbpe7u3riss6op4uvd1j");
    assert.equal(context.random(), 0.08644675859250128);
    assert.equal(context.now(), 1_700_000_000_000);
  });

  test("gives others for another client, store, number or time", () => {
    const others: ActionOrigin[] = [
      { ...origin, client: { id: "you" } },
      { ...origin, store: "game" },
      { ...origin, seed: 2 },
      { ...origin, at: origin.at + 1 },
    ];
    const ids = [origin, ...others].map((each) => actionContext(each).id());
    assert.equal(new Set(ids).size, ids.length);
  });

  test("gives an id of 20 letters and digits each time", () => {
    const { id } = actionContext(origin);
    const ids = Array.from({ length: 100 }, id);
    assert.equal(new Set(ids).size, 100);
    for (const each of ids) assert.match(each, /^[a-z0-9]{20}$/);
  });

  test("gives numbers from 0 to 1, evenly", () => {
    const { random } = actionContext(origin);
    const counts = [0, 0, 0, 0];
    for (let count = 0; count < 4000; count++) {
      const quarter = Math.floor(random() * 4);
      counts[quarter] = (counts[quarter] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join());
  });

  test("gives what is independent of the next number's, and of the next time's", () => {
    const first = (change: Partial<ActionOrigin>) => actionContext({ ...origin, ...change }).random();
    const rows = [
      Array.from({ length: 4000 }, (_, n) => first({ seed: n })),
      Array.from({ length: 4000 }, (_, n) => first({ at: n + origin.at })),
    ];
    for (const row of rows) {
      const rises = row.filter((value, n) => value > 0.5 && (row[n + 1] ?? 0) > 0.5).length;
      assert.ok(rises > 850 && rises < 1150, String(rises));
    }
  });

  test("does not let a clock that is ahead change more than its time", () => {
    const ahead = actionContext({ ...origin, latest: origin.at - 5000 });
    assert.equal(ahead.now(), origin.at - 5000);
    assert.equal(ahead.id(), actionContext(origin).id());
    assert.equal(actionContext({ ...origin, latest: origin.at + 5000 }).now(), origin.at);
  });
});
