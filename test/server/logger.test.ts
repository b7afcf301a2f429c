/** What of an app's errors is logged: how much, and what it says. */
import { ErrorLog, type Logger } from "../../server/logger.ts";
import { VioletError } from "../../src/errors.ts";
import { TestClock } from "../../testing/clock.ts";
import { SimHubTime } from "../support/clock.ts";
import { afterEach, assert, beforeEach, suite, test } from "../support/suite.ts";

type Entry = [level: string, message: string, facts: Record<string, unknown>];

suite("the log of an app's errors", () => {
  let clock: TestClock;
  let entries: Entry[];
  let log: ErrorLog;

  beforeEach(() => {
    entries = [];
    clock = new TestClock(() => 0);
    const at = (level: string) => (facts: object, message: string) =>
      void entries.push([level, message, facts as Entry[2]]);
    const logger: Logger = { info: at("info"), warn: at("warn"), error: at("error") };
    log = new ErrorLog(logger, new SimHubTime(clock));
  });
  afterEach(() => log.close());

  const facts = { client: "ada", component: "counter", key: "a", callback: "add" };
  const levels = () => entries.map(([level]) => level).join(" ");

  test("E10.2.1 names component, callback, client and code, and gives the error as pino takes it", () => {
    const err = new VioletError("E_UNAVAILABLE");
    log.add(err, "a live component failed", facts);
    assert.deepEqual(entries, [
      ["error", "a live component failed", { err, code: "E_UNAVAILABLE", ...facts }],
    ]);
  });

  test("calls the logger as its own method", () => {
    class Own {
      said = "";
      info() {}
      warn() {}
      error(_: object, message: string) {
        this.said = message;
      }
    }
    const own = new Own();
    new ErrorLog(own, new SimHubTime(clock)).add(new Error("no"), "it failed");
    assert.equal(own.said, "it failed");
  });

  test("T39 has ten of one kind in a minute, whoever made them, and then the number of the others", () => {
    const flood = (count: number) => {
      for (let i = 0; i < count; i++)
        log.add(new Error(`no ${i}`), "a live component failed", { ...facts, client: `c${i}`, key: `${i}` });
    };
    flood(1010);
    assert.equal(entries.length, 10);
    log.add(new Error("no"), "a live component failed", { ...facts, callback: "other" });
    log.add(new RangeError("no"), "a live component failed", facts);
    assert.equal(entries.length, 12);
    clock.pass(60_000);
    assert.deepEqual(entries.slice(12), [
      [
        "warn",
        "a live component failed: 1000 more within a minute",
        { component: "counter", callback: "add", omitted: 1000 },
      ],
    ]);
    flood(11);
    assert.equal(entries.length, 23);
    log.close();
    assert.equal(entries.at(-1)?.[2].omitted, 1);
    assert.equal(clock.timers, 0);
  });

  test("says nothing more of what was not too much", () => {
    log.add(new Error("no"), "it failed");
    clock.pass(60_000);
    assert.equal(levels(), "error");
  });

  test("takes names that nobody expected for one kind, once there are many", () => {
    for (let i = 0; i < 3000; i++) log.add(new Error("no"), `GET /${i} could not be rendered`);
    assert.equal(entries.length, 1010);
    clock.pass(60_000);
    assert.deepEqual(entries.at(-1), [
      "warn",
      "errors of many kinds: 1990 more within a minute",
      { omitted: 1990 },
    ]);
    assert.equal(clock.timers, 0);
  });

  test("takes whatever is thrown", () => {
    for (const thrown of [undefined, null, "text", 7]) log.add(thrown, "it failed");
    assert.equal(levels(), "error error error error");
  });
});
