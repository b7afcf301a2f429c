import { type Outcome, Results } from "../../../server/calls/results.ts";
import { assert, suite, test } from "../../support/suite.ts";

class Bench {
  now = 0;
  runs = 0;
  readonly results = new Results(() => this.now);

  once(key: string, { digest = "call", body = "" } = {}): Promise<Outcome> | undefined {
    return this.results.once(key, digest, async () => {
      this.runs++;
      return { status: 200, body: body || String(this.runs) };
    });
  }
}

suite("the answers of calls with an id", () => {
  test("T27 are kept: the same call is run once, and another one is not taken under its id", async () => {
    const bench = new Bench();
    const [first, second] = await Promise.all([bench.once("ann 1"), bench.once("ann 1")]);
    assert.equal(first, second);
    assert.equal(bench.once("ann 1", { digest: "another" }), undefined);
    await bench.once("bob 1");
    assert.equal(bench.runs, 2);
  });

  test("are forgotten after ten minutes", async () => {
    const bench = new Bench();
    await bench.once("ann 1");
    bench.now = 599_999;
    await bench.once("ann 1");
    assert.equal(bench.runs, 1);
    bench.now = 600_000;
    await bench.once("ann 1");
    assert.equal(bench.runs, 2);
  });

  test("are 10,000 at most: the oldest goes", async () => {
    const bench = new Bench();
    for (let id = 0; id <= 10_001; id++) await bench.once(`ann ${id}`);
    const { runs } = bench;
    await bench.once("ann 10001");
    assert.equal(bench.runs, runs);
    await bench.once("ann 0");
    assert.equal(bench.runs, runs + 1);
  });

  test("are 16 MiB at most", async () => {
    const bench = new Bench();
    const body = "x".repeat(1024 * 1024);
    for (let id = 0; id < 17; id++) await bench.once(`ann ${id}`, { body });
    await bench.once("ann 16", { body });
    assert.equal(bench.runs, 17);
    await bench.once("ann 0", { body });
    assert.equal(bench.runs, 18);
  });
});
