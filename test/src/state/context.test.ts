import { type ActionOrigin, actionContext } from "../../../src/state/context.ts";
import { assert, suite, test } from "../../support/suite.ts";

const origin: ActionOrigin = { client: { id: "me" }, store: "chat", seed: 1, at: 1_700_000_000_000 };

suite("an action's context", () => {
  // Golden values: a browser and a server of different builds have to agree on them.
  test("gives the same ids and numbers on both ends", () => {
    const context = actionContext(origin);
    assert.equal(context.id(), "b2ds2yqhfyra0gjqtwag");
    assert.equal(context.id(), "6gcig1n0stjy8thcnnnm");
    assert.equal(context.random(), 0.6882366626523435);
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

  test("does not let a clock that is ahead change more than its time", () => {
    const ahead = actionContext({ ...origin, latest: origin.at - 5000 });
    assert.equal(ahead.now(), origin.at - 5000);
    assert.equal(ahead.id(), actionContext(origin).id());
    assert.equal(actionContext({ ...origin, latest: origin.at + 5000 }).now(), origin.at);
  });
});
