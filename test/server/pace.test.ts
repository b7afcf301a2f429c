import { Pace } from "../../server/sockets/pace.ts";
import { TestClock } from "../../testing/clock.ts";
import { SimHubTime } from "../support/clock.ts";
import { assert, suite, test } from "../support/suite.ts";

/** A pace of 1,000 in a second, and who is in, in the order in which they came in. */
function start() {
  const clock = new TestClock(() => 0);
  const pace = new Pace(1000, new SimHubTime(clock));
  const inside: number[] = [];
  let next = 0;
  const sentAway: number[] = [];
  const come = async (count: number, guest = { destroyed: false }, address = "192.0.2.1") => {
    for (let each = 0; each < count; each++) {
      const person = next++;
      void pace.enter(guest, address).then((isIn) => (isIn ? inside : sentAway).push(person));
    }
    await Promise.resolve();
  };
  const pass = async (ms: number) => {
    clock.pass(ms);
    await Promise.resolve();
  };
  return { inside, sentAway, come, pass };
}

suite("the pace of new sockets", () => {
  test("lets in at once who comes alone", async () => {
    const { inside, come, pass } = start();
    await come(1);
    assert.deepEqual(inside, [0]);
    await pass(5000);
    await come(1);
    assert.deepEqual(inside, [0, 1]);
  });

  test("T51 lets in 1,000 in a second, in the order in which they came", async () => {
    const { inside, come, pass } = start();
    await come(2500);
    assert.equal(inside.length, 10);
    await pass(990);
    assert.equal(inside.length, 1000);
    await pass(2000);
    assert.deepEqual(
      inside,
      Array.from({ length: 2500 }, (_, person) => person),
    );
  });

  test("T37 lets addresses take turns: who comes from another does not wait for a crowd", async () => {
    const { inside, come, pass } = start();
    await come(5000);
    await come(2, undefined, "192.0.2.2");
    await pass(10);
    assert.deepEqual(inside.slice(10), [10, 5000, 11, 5001, 12, 13, 14, 15, 16, 17]);
  });

  test("keeps no place for who is gone", async () => {
    const { inside, sentAway, come, pass } = start();
    const gone = { destroyed: false };
    await come(10);
    await come(5000, gone);
    await come(1);
    gone.destroyed = true;
    await pass(10);
    assert.equal(inside.at(-1), 5010);
    assert.equal(sentAway.length, 5000);
  });

  test("sends away who comes when 20,000 wait", async () => {
    const { inside, sentAway, come } = start();
    await come(20_012);
    assert.deepEqual(sentAway, [20_010, 20_011]);
    assert.equal(inside.length, 10);
  });

  test("does not let in more at once because nobody came before", async () => {
    const { inside, come, pass } = start();
    await come(1);
    await pass(60_000);
    await come(100);
    assert.equal(inside.length, 11);
  });
});
