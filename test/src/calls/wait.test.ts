import { Runtime } from "../../../src/runtime.ts";
import { TestClock } from "../../../testing/clock.ts";
import { assert, suite, test } from "../../support/suite.ts";

suite("a page that waits to call again", () => {
  const clock = new TestClock(() => 0.5);
  const runtime = new Runtime({ origin: "http://sim", clock });

  test("waits its time", async () => {
    let isOver = false;
    const waiting = runtime.wait(1000, undefined).then(() => (isOver = true));
    clock.pass(999);
    await Promise.resolve();
    assert.ok(!isOver);
    clock.pass(1);
    await waiting;
    assert.ok(isOver);
  });

  test("waits no longer than its caller, and rejects with the signal's reason", async () => {
    const leaving = new AbortController();
    const reason = new Error("left");
    const waiting = runtime.wait(1000, leaving.signal);
    leaving.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
  });
});
