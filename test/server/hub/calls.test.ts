/** What a page calls and tells, on one connection: in its order, so many at once, and not behind its end. */
import type { Caller } from "../../../server/hub/hub.ts";
import { HubBench, type HubPage } from "../../support/hub.ts";
import { assert, suite, test } from "../../support/suite.ts";

class Bench extends HubBench {
  readonly begun: string[] = [];
  readonly callers: Caller[] = [];
  readonly running: PromiseWithResolvers<void>[] = [];

  constructor() {
    super({
      told: (frame, caller) => {
        this.begun.push(frame.type === "call" ? frame.name : frame.event);
        this.callers.push(caller);
        if (this.begun.at(-1) === "throws") throw new Error("the handler's");
        if (this.begun.at(-1) === "quick") return undefined;
        const run = Promise.withResolvers<void>();
        this.running.push(run);
        return run.promise;
      },
    });
  }
}

const call = (page: HubPage, name: string) => page.post({ type: "call", name, args: [] });

async function greeted(bench: Bench): Promise<HubPage> {
  const page = bench.page();
  await page.hello("ann");
  return page;
}

suite("a connection's calls and events", () => {
  test("are begun in their order, also while others run", async () => {
    const bench = new Bench();
    const page = await greeted(bench);
    call(page, "slow");
    page.post({ type: "event", event: "moved", data: 1 });
    call(page, "quick");
    await bench.settle();
    assert.deepEqual(bench.begun, ["slow", "moved", "quick"]);
    assert.equal(bench.callers[0]?.client.id, "ann");
  });

  test("are 64 at once: the next waits for one of them, whichever it is", async () => {
    const bench = new Bench();
    const page = await greeted(bench);
    for (let n = 0; n < 66; n++) call(page, `call${n}`);
    await bench.settle();
    assert.equal(bench.begun.length, 64);
    bench.running[17]?.resolve();
    await bench.settle();
    assert.deepEqual(bench.begun.slice(64), ["call64"]);
    bench.running[64]?.resolve();
    await bench.settle();
    assert.deepEqual(bench.begun.slice(65), ["call65"]);
  });

  test("are told to abort when their page is gone, and what waits is not begun", async () => {
    const bench = new Bench();
    const page = await greeted(bench);
    for (let n = 0; n < 65; n++) call(page, `call${n}`);
    await bench.settle();
    page.connection.closed(1006);
    assert.ok(bench.callers.every(({ signal }) => signal.aborted));
    for (const run of bench.running) run.resolve();
    await bench.settle();
    assert.equal(bench.begun.length, 64);
  });

  test("are refused by a code where they fail, and the reason is reported", async () => {
    const bench = new Bench();
    const page = await greeted(bench);
    const [error] = await page.send({ type: "call", name: "throws", args: [] });
    assert.deepEqual(error?.type === "error" && [error.call, error.code], ["throws", "E_INTERNAL"]);
    assert.equal((bench.reports[0] as Error).message, "the handler's");
    call(page, "quick");
    await bench.settle();
    assert.equal(bench.begun.at(-1), "quick");
  });

  test("are not taken where they come too soon", async () => {
    const bench = new Bench();
    const page = await greeted(bench);
    for (let n = 0; n < 110; n++) call(page, "quick");
    const refused = (await page.news()).filter((frame) => frame.type === "error" && frame.code === "E_RATE");
    assert.equal(bench.begun.length + refused.length, 110);
    assert.ok(refused.length > 0);
    assert.ok(refused.every((frame) => frame.type === "error" && frame.call === "quick"));
  });
});
