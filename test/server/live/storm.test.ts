/**
 * Live components on a bad network, by random schedules: each call is made exactly once while its instance lives, and is
 * undecided only where that is gone; what is shown is what the calls made, in their order, and nothing that was undone.
 */
import { array, integer, object, string } from "superstruct";
import { live } from "../../../server/index.ts";
import { VioletError } from "../../../src/index.ts";
import type { Batch } from "../../../src/state/core.ts";
import { LiveReplica } from "../../../src/state/live-replica.ts";
import { type TestClient, TestClock, testSite } from "../../../testing/index.ts";
import type { TestSite } from "../../../testing/site.ts";
import { pick, randomFrom, seed } from "../../support/seed.ts";
import { assert, suite, test } from "../../support/suite.ts";

const SCHEDULES = Number(process.env.VIOLET_SCHEDULES ?? 40);
const STEPS = 80;
const KEYS = ["a", "b"];
/** Nobody may ever see what a callback wrote and did not keep. */
const UNDONE = "!";

type Outcome = string | true;

/** What happened on the server, where callbacks leave it. */
class Truth {
  readonly clock = new TestClock();
  /** The calls that were run, in their order, with the instance's life. */
  readonly ran: { id: string; life: number }[] = [];
  /** What the state of each life has to say. */
  readonly logs: string[][] = [];
  readonly ended = new Set<number>();
  readonly late: unknown[] = [];

  pause = (ms: number): Promise<void> => new Promise((resolve) => this.clock.setTimeout(() => resolve(), ms));

  begin(): { life: number; text: string; log: string[] } {
    this.logs.push([]);
    return { life: this.logs.length - 1, text: "", log: [] };
  }

  run(state: { life: number }, id: string): string[] {
    const { life } = state;
    this.ran.push({ id, life });
    return this.logs[life] as string[];
  }
}
let truth = new Truth();

const storm = live({
  state: object({ life: integer(), text: string(), log: array(string()) }),
  initial: async () => {
    await truth.pause(50);
    return truth.begin();
  },
  callbacks: (callback) => ({
    add: callback([string()], (state, id) => {
      truth.run(state, id).push(id);
      state.log.push(id);
    }),
    slow: callback([string()], async (state, id, { render }) => {
      const kept = truth.run(state, id);
      for (const part of ["1", "2", "3"]) {
        state.log.push(id + part);
        await render();
        kept.push(id + part);
        await truth.pause(700);
      }
      state.log.push(`${id}.`);
      kept.push(`${id}.`);
    }),
    fail: callback([string()], async (state, id, { render }) => {
      const kept = truth.run(state, id);
      state.log.push(id);
      await render();
      kept.push(id);
      state.log.push(UNDONE);
      await truth.pause(300);
      throw new VioletError("E_VALIDATION", {}, { field: id });
    }),
    trip: callback([string()], (state, id) => {
      truth.run(state, id);
      state.log.push(UNDONE);
      throw new VioletError("E_VALIDATION", {}, { field: id });
    }),
    hang: callback([string()], async (state, id, { signal }) => {
      truth.run(state, id);
      state.log.push(UNDONE);
      await truth.pause(3000);
      try {
        state.log.push(UNDONE);
      } catch (error) {
        truth.late.push(signal.aborted && (error as VioletError).code);
      }
    }),
  }),
  model: ["text"],
  onUnmount: (state) => truth.ended.add(state.life),
});

interface State {
  life: number | undefined;
  text: string;
  log: string[];
}

interface Made {
  readonly id: string;
  readonly callback: string;
  /** Undefined: its element had left by then. */
  outcome?: Outcome;
  /** That its page showed when it was decided. */
  life?: number | undefined;
}

/** An instance in a page, with what became of each of its calls. */
class Shown extends LiveReplica {
  readonly calls: Made[] = [];
  /** What its page wrote to the field last, and was told that it is there. */
  text: { readonly value: unknown; readonly life: number | undefined } | undefined;

  get state(): State {
    return this.snapshot() as unknown as State;
  }

  make(callback: string, id: string): void {
    this.calls.push({ id, callback });
    this.send(callback, [id]);
  }

  type(value: string): void {
    (this.root as State).text = value;
  }

  protected override decided(batch: Batch | undefined, outcome: boolean | VioletError): void {
    super.decided(batch, outcome);
    const made = this.calls.find(({ id }) => id === batch?.call?.args[0]);
    if (made) {
      assert.equal(made.outcome, undefined, `${made.id} is decided twice`);
      made.outcome = outcome instanceof VioletError ? outcome.code : true;
      made.life = this.state.life;
    } else if (batch && !batch.call && outcome === true)
      this.text = { value: batch.ops.at(-1)?.[2], life: this.state.life };
  }
}

class Storm {
  readonly #random: () => number;
  readonly #site: TestSite;
  readonly #clients: TestClient[] = [];
  readonly #shown = new Map<string, Shown>();
  /** Of elements that have left. */
  readonly #left: Shown[] = [];
  /** Pages whose elements have all stayed. What another element has sent no page would send again. */
  readonly #steady = new Set<TestClient>();
  #calls = 0;
  restarts = 0;
  undecided = 0;

  constructor(random: () => number, site: TestSite) {
    this.#random = random;
    this.#site = site;
  }

  async begin(): Promise<void> {
    for (let count = 0; count < 2; count++) this.#clients.push(await this.#site.client());
    for (const client of this.#clients) {
      this.#steady.add(client);
      for (const key of KEYS) this.#mount(client, key);
    }
  }

  #mount(client: TestClient, key: string) {
    const host = { localName: "test-element" } as HTMLElement;
    const mounting = { host, component: "storm", key, params: {}, changed() {} };
    const shown = client.run(() => new Shown(mounting, client.runtime));
    shown.listen(() => assert.ok(!shown.state.log?.includes(UNDONE), "what was undone is shown"));
    this.#shown.set(`${client.name} ${key}`, shown);
  }

  async step(): Promise<void> {
    const random = this.#random;
    const client = pick(random, this.#clients);
    const key = pick(random, KEYS);
    const shown = this.#shown.get(`${client.name} ${key}`) as Shown;
    const dice = random();
    if (dice < 0.5) {
      const callback = pick(random, ["add", "add", "add", "slow", "fail", "trip", "hang"]);
      client.run(() => shown.make(callback, `${key}${++this.#calls}`));
    } else if (dice < 0.56) {
      if (shown.isLoaded) client.run(() => shown.type(`typed ${++this.#calls}`));
    } else if (dice < 0.64) client.network.cut();
    else if (dice < 0.67) client.network.halfOpen();
    else if (dice < 0.7) client.network.goOffline();
    else if (dice < 0.76) client.network.goOnline();
    else if (dice < 0.8) this.#disturb(client);
    else if (dice < 0.82) await this.#restart();
    else if (dice < 0.85) await this.#leave(client, key, shown);
    else if (dice < 0.87) await this.#site.pass(30_000 * random());
    else await this.#site.pass(random() < 0.5 ? 3000 * random() : 0);
  }

  #disturb(client: TestClient) {
    const random = this.#random;
    const duplicate = this.#steady.has(client) ? random() : 0;
    client.network.set({ delayMs: [0, 400 * random()], drop: 0.1 * random(), duplicate });
  }

  async #restart() {
    this.restarts++;
    await this.#site.restart({ how: pick(this.#random, ["kill", "close"]) });
  }

  /** Its element goes, and comes again when its last calls are answered. */
  async #leave(client: TestClient, key: string, shown: Shown) {
    client.run(() => shown.unmount());
    this.#left.push(shown);
    this.#steady.delete(client);
    this.#disturb(client);
    client.network.goOnline();
    await this.#site.until("it has gone", () => !client.replicas().includes(shown));
    this.#mount(client, key);
  }

  async end(): Promise<void> {
    this.#site.network.heal();
    const all = [...this.#shown.values()];
    await this.#site.until("all is answered", () => all.every((each) => each.isLoaded && !each.isBusy));
    // What hangs hangs no longer.
    await this.#site.pass(5000);
  }

  check(): void {
    for (const shown of this.#shown.values()) this.#checkShown(shown);
    for (const shown of [...this.#shown.values(), ...this.#left])
      for (const made of shown.calls) this.#checkCall(made);
    for (const code of truth.late) assert.equal(code, "E_LATE");
  }

  #checkShown({ state: { life = -1, log, text }, text: last, calls }: Shown) {
    assert.deepEqual(log, truth.logs[life]);
    if (last?.life === life) assert.equal(text, last.value);
    const order = truth.ran.filter(({ id }) => calls.some((made) => made.id === id)).map(({ id }) => id);
    assert.deepEqual(
      order,
      calls.map(({ id }) => id).filter((id) => order.includes(id)),
    );
    assert.ok(
      calls.every(({ outcome }) => outcome),
      "a call is not decided",
    );
  }

  #checkCall({ id, callback, life, outcome }: Made) {
    const times = truth.ran.filter((each) => each.id === id).length;
    const expected = {
      add: true,
      slow: true,
      fail: "E_VALIDATION",
      trip: "E_VALIDATION",
      hang: "E_UNAVAILABLE",
    };
    if (outcome === "E_UNDECIDED") {
      this.undecided++;
      assert.ok(times <= 1, `${id} was made ${times} times`);
      assert.ok(life !== undefined && truth.ended.has(life), `${id} is undecided, and its instance lives`);
    } else if (outcome !== undefined) {
      assert.equal(times, 1, `${id} was made ${times} times`);
      assert.equal(outcome, expected[callback as keyof typeof expected], id);
    } else assert.ok(times <= 1, `${id} was made ${times} times`);
  }
}

/** Gives how often each went wrong that may. */
async function run(number: number): Promise<Record<string, number>> {
  truth = new Truth();
  const random = randomFrom(number);
  const graceMs = pick(random, [5000, 180_000]);
  await using site = await testSite({
    clock: truth.clock,
    seed: number,
    options: { modules: { storm: { storm } }, limits: { handlerMs: 2000, graceMs } },
  });
  const storms = new Storm(random, site);
  await storms.begin();
  for (let step = 0; step < STEPS; step++) await storms.step();
  await storms.end();
  storms.check();
  const { cut, duplicated, dropped, halfOpened } = site.network.counts;
  const { restarts, undecided } = storms;
  return { cut, duplicated, dropped, halfOpened, restarts, undecided, late: truth.late.length };
}

suite("live components on a bad network", () => {
  test(`make each call once while they live, in ${SCHEDULES} random schedules`, async () => {
    const faults: Record<string, number> = {};
    for (let index = 0; index < SCHEDULES; index++) {
      const number = (seed + index) >>> 0;
      try {
        for (const [fault, count] of Object.entries(await run(number)))
          faults[fault] = (faults[fault] ?? 0) + count;
      } catch (error) {
        throw new Error(`schedule ${number} (VIOLET_SEED=${number} VIOLET_SCHEDULES=1)`, { cause: error });
      }
    }
    if (SCHEDULES >= 40) assert.ok(Object.values(faults).every(Boolean), JSON.stringify(faults));
  });
});
