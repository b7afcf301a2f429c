/**
 * One schedule: four browsers, a server that may die, storage that may fail, a network that may do anything but
 * change the order on a link. After every frame that a browser gets, the invariants of docs/protocol.md hold.
 */
import assert from "node:assert/strict";
import { Hub } from "../../server/hub/hub.ts";
import { defaultLimits } from "../../server/limits.ts";
import type { Client, Definition } from "../../src/state/definition.ts";
import { increment } from "../../src/state/helpers.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { SimClock, SimHubTime } from "../support/clock.ts";
import { randomFrom } from "../support/seed.ts";
import { Browser, Witness } from "./browser.ts";
import { isSame } from "./naive.ts";
import type { SimLink } from "./network.ts";
import { History, SimStorage } from "./storage.ts";
import { type State, stores, viewOf } from "./stores.ts";
import { type Dice, Ledger, Writer } from "./writes.ts";

/** What a schedule is like; all of it follows from the seed, and stands in a regression file beside it. */
export interface Schedule {
  readonly seed: number;
  readonly steps: number;
  /** Which stores are in it. */
  readonly stores: readonly number[];
  readonly isDelayed: boolean;
  /** Storage may die with the server. */
  readonly isVolatile: boolean;
  readonly logOps: number;
  readonly outboxBytes: number;
}

export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const first = below(stores.length);
  return {
    seed,
    steps: 40 + below(80),
    stores: random() < 0.3 ? [...new Set([first, below(stores.length)])] : [first],
    isDelayed: random() < 0.5,
    isVolatile: random() < 0.3,
    logOps: random() < 0.3 ? 4 : 1000,
    outboxBytes: random() < 0.2 ? 300 : 1_000_000,
  };
}

export const newCounters = () => ({
  writes: 0,
  delivered: 0,
  duplicates: 0,
  lost: 0,
  cuts: 0,
  halfOpen: 0,
  restarts: 0,
  wipes: 0,
  failures: 0,
  refusals: 0,
  losses: 0,
  transforms: 0,
  snapshots: 0,
  resumes: 0,
});
export type Counters = ReturnType<typeof newCounters>;

const BROWSERS = 4;

export class World {
  readonly #schedule: Schedule;
  readonly #counters: Counters;
  readonly #dice: Dice;
  readonly #clock: SimClock;
  readonly #history = new History();
  readonly #definitions: readonly Definition[];
  readonly #browsers: Browser[];
  readonly #witnesses = new WeakMap<SimLink, Witness>();
  readonly #writers: Writer[][];
  readonly #ledgers: readonly Ledger[];
  /** The greatest version that a browser has shown, by browser, store and epoch. */
  readonly #seen = new Map<string, number>();
  /** Writes that were delivered twice, and frames that came out of order for the server: only these can be. */
  #duplicates = 0;
  #mixups = 0;
  #time: SimHubTime;
  #storage: SimStorage;
  #hub: Hub | undefined;

  constructor(schedule: Schedule, counters: Counters) {
    this.#schedule = schedule;
    this.#counters = counters;
    const random = randomFrom(schedule.seed + 1);
    this.#dice = { random, below: (limit) => Math.floor(random() * limit) };
    this.#clock = new SimClock(random);
    this.#time = new SimHubTime(this.#clock);
    this.#storage = new SimStorage(this.#history, schedule.isDelayed);
    this.#definitions = schedule.stores.map((index) => stores[index] as Definition);
    this.#ledgers = this.#definitions.map(() => new Ledger());
    this.#browsers = Array.from({ length: BROWSERS }, (_, index) => new Browser(`c${index}`, this.#clock));
    this.#writers = this.#browsers.map((browser) =>
      this.#definitions.map(
        (definition, index) =>
          new Writer(
            browser.replica(definition),
            browser.self.id,
            this.#dice,
            this.#ledgers[index] as Ledger,
          ),
      ),
    );
  }

  /** Runs the whole schedule. Throws where an invariant does not hold. */
  async run(): Promise<void> {
    await this.#start();
    if (this.#dice.random() < 0.8) await this.#calmDown();
    for (let step = 0; step < this.#schedule.steps; step++) {
      await this.#step();
      await this.#settle();
    }
    await this.#end();
  }

  // The server

  async #start() {
    const { logOps, outboxBytes } = this.#schedule;
    this.#time = new SimHubTime(this.#clock);
    const limits = { ...defaultLimits, logOps, outboxBytes, heartbeatMs: 25_000, deadAfterMs: 45_000 };
    const hub = new Hub({
      backend: this.#storage,
      limits,
      identify: ({ client = "nobody" }) => ({ client: { id: client }, token: client }),
      emit: () => {},
      within: (_, fn) => fn(),
      report: (error) => this.#report(error),
      time: this.#time,
    });
    await Promise.all(this.#definitions.map((definition) => hub.open(definition, undefined)));
    for (const definition of this.#definitions) {
      const { epoch, version } = this.#authority(hub, definition);
      if (!version) this.#history.start(definition.name, epoch, definition.initial() as JsonObject);
    }
    this.#hub = hub;
  }

  #authority(hub: Hub, definition: Definition) {
    const authority = hub.find(definition, undefined);
    assert(authority);
    return authority;
  }

  /** What is reported and was not made to fail is a fault. */
  #report(error: unknown) {
    const { code, message } = error as { code?: string; message?: string };
    if (code !== "E_UNAVAILABLE" && message !== "nothing left") throw error;
  }

  async #restart() {
    const hub = this.#hub;
    this.#hub = undefined;
    for (const browser of this.#browsers) if (browser.network.link?.isOpen) browser.network.link.cut();
    if (!hub) return;
    await this.#storage.abandon(() => this.#dice.random() < 0.5);
    this.#counters.restarts++;
    if (this.#schedule.isVolatile && this.#dice.random() < 0.7) {
      this.#counters.wipes++;
      this.#storage = new SimStorage(this.#history, this.#schedule.isDelayed);
    }
    await this.#start();
  }

  // The steps

  async #step() {
    const kind = this.#dice.random();
    if (kind < 0.3) this.#write();
    else if (kind < 0.33) this.#writeOnServer();
    else if (kind < 0.39) this.#time.endTurn();
    else if (kind < 0.45) await this.#answer();
    else if (kind < 0.47) this.#cut();
    else if (kind < 0.475) this.#loseNews();
    else if (kind < 0.48) await this.#restart();
    else if (kind < 0.52) this.#clock.pass(this.#dice.below(120));
    else this.#deliver();
  }

  /** Half of the writes end with their microtask; into the others comes what arrives in the same one. */
  #write() {
    const writers = this.#writers[this.#dice.below(BROWSERS)] as Writer[];
    writers[this.#dice.below(writers.length)]?.write();
    if (this.#dice.random() < 0.3) this.#deliver();
  }

  #writeOnServer() {
    const index = this.#dice.below(this.#definitions.length);
    const hub = this.#hub;
    if (!hub) return;
    const state = this.#authority(hub, this.#definitions[index] as Definition).root as State;
    increment(state, "round");
    if (this.#dice.random() < 0.5) state.tags.push("server");
    if (this.#dice.random() < 0.3) state.items.splice(0, 1);
    if (this.#dice.random() < 0.3) this.#deliver();
  }

  async #answer() {
    if (!this.#storage.waiting) return;
    if (this.#dice.random() < 0.2) {
      this.#counters.failures++;
      this.#storage.fail();
    } else await this.#storage.answer();
  }

  #cut() {
    const { link } = this.#anyBrowser().network;
    if (!link?.isOpen) return;
    const isHalfOpen = this.#dice.random() < 0.3;
    this.#counters.cuts++;
    if (isHalfOpen) this.#counters.halfOpen++;
    link.cut(isHalfOpen);
  }

  /** A patch vanishes on a link that stands. */
  #loseNews() {
    const { link } = this.#anyBrowser().network;
    const index = link?.down.findIndex((frame) => String(frame).startsWith('{"type":"SYNC"')) ?? -1;
    if (index < 0) return;
    link?.down.splice(index, 1);
    this.#counters.lost++;
  }

  #anyBrowser() {
    return this.#browsers[this.#dice.below(BROWSERS)] as Browser;
  }

  #deliver() {
    const browser = this.#anyBrowser();
    const { link } = browser.network;
    if (!link?.isOpen) return;
    if (!link.isConnected && !link.down.length) {
      link.open(this.#hub);
      return;
    }
    const isUp = link.up.length && (this.#dice.random() < 0.5 || !link.down.length);
    if (isUp) this.#deliverUp(link);
    else if (link.down.length) this.#deliverDown(browser, link);
  }

  #witness(link: SimLink) {
    const witness = this.#witnesses.get(link) ?? new Witness();
    this.#witnesses.set(link, witness);
    return witness;
  }

  #deliverUp(link: SimLink) {
    const [text = ""] = link.up;
    // A proxy that sends a request again may do so with a write; a hello comes once.
    const isTwice = text.startsWith('{"type":"SYNC"') && this.#dice.random() < 0.1;
    if (isTwice) this.#duplicates++;
    this.#witness(link).up(text);
    link.deliverUp(isTwice);
  }

  #deliverDown(browser: Browser, link: SimLink) {
    this.#counters.delivered++;
    const text = link.deliverDown();
    if (text === undefined) return;
    const acknowledged = this.#witness(link).down(text);
    if (acknowledged) this.#checkAcknowledged(acknowledged);
    if (acknowledged?.isTransformed) this.#counters.transforms++;
    if (text.includes('"E_SEQ"')) this.#mixups++;
    for (const definition of this.#definitions) this.#checkBrowser(browser, definition);
  }

  /** All that follows by itself. */
  #settle() {
    return new Promise((resolve) => setImmediate(resolve));
  }

  // The invariants

  #expected(definition: Definition, client: Client, state: JsonObject): unknown {
    return definition.access?.view ? viewOf(state as unknown as State, client) : state;
  }

  /** I1 and I5: a base is a committed state of its epoch and version, and versions never go back. */
  #checkBrowser(browser: Browser, definition: Definition) {
    const replica = browser.replica(definition);
    const { epoch, version } = replica;
    if (epoch === undefined) return;
    const committed = this.#history.at(definition.name, epoch, version);
    assert(
      committed,
      `${browser.self.id} has version ${version} of epoch ${epoch}, which was never committed`,
    );
    const expected = this.#expected(definition, browser.self, committed);
    const base = replica.base();
    if (!isSame(base, expected))
      assert.deepEqual(
        base,
        expected,
        `${browser.self.id}'s base of ${definition.name} at version ${version}`,
      );
    if (!replica.pending)
      assert(isSame(replica.snapshot(), expected), "nothing is pending, and the view is not the base");
    const key = `${browser.self.id} ${definition.name} ${epoch}`;
    assert(version >= (this.#seen.get(key) ?? 0), `${key}: version ${version} after ${this.#seen.get(key)}`);
    this.#seen.set(key, version);
  }

  /** I2: what is acknowledged is in the store. */
  #checkAcknowledged({ store, marks }: { store: string; marks: readonly string[] }) {
    if (!marks.length) return;
    const { log } = this.#committed(store);
    for (const mark of marks)
      assert(
        log.some(({ id }) => id === mark),
        `${mark} is acknowledged and not in ${store}`,
      );
  }

  #committed(store: string): State {
    const authority = this.#authority(
      this.#hub as Hub,
      stores.find(({ name }) => name === store) as Definition,
    );
    return this.#history.at(store, authority.epoch, authority.version) as unknown as State;
  }

  // The end: the faults stop

  async #end() {
    // A patch that vanished shows when the next one comes.
    for (const definition of this.#definitions)
      increment(this.#authority(this.#hub as Hub, definition).root as State, "round");
    await this.#calmDown();
    for (const [index, definition] of this.#definitions.entries())
      this.#checkEnd(definition, this.#ledgers[index] as Ledger);
    this.#count();
  }

  /** Without faults, all that is under way comes to its end. */
  async #calmDown() {
    for (let round = 0; this.#unrest().length; round++) {
      assert(round < 400, `it does not settle: ${this.#unrest().join()}`);
      for (const browser of this.#browsers) await this.#serve(browser);
      this.#time.endTurn();
      await this.#storage.answer();
      this.#clock.pass(50);
      await this.#settle();
    }
  }

  async #serve(browser: Browser) {
    const { link } = browser.network;
    if (!link?.isOpen) return;
    if (!link.isConnected && !link.down.length) link.open(this.#hub);
    while (link.up.length) this.#deliverUp(link);
    while (link.down.length && link.isOpen) this.#deliverDown(browser, link);
  }

  /** What is still going on. */
  #unrest(): string[] {
    const hub = this.#hub;
    if (!hub) return ["no server"];
    const links = this.#browsers.flatMap(({ link, network, pending, self }) => {
      const { up, down } = network.link ?? { up: [], down: [] };
      const isIdle = link.state === "live" && !up.length && !down.length && !pending;
      return isIdle
        ? []
        : `${self.id}: ${link.state}, ${up.length} up, ${down.length} down, ${pending} pending`;
    });
    const stores = this.#definitions.flatMap((definition) => {
      const { pending, name } = this.#authority(hub, definition);
      return !pending && this.#isCurrent(definition)
        ? []
        : `${name}: ${pending} uncommitted, or not everywhere`;
    });
    return [...links, ...stores, ...(this.#storage.waiting ? ["storage"] : [])];
  }

  /** Every browser has the server's last version. */
  #isCurrent(definition: Definition) {
    const { epoch, version } = this.#authority(this.#hub as Hub, definition);
    return this.#browsers.every((browser) => {
      const replica = browser.replica(definition);
      return replica.epoch === epoch && replica.version === version;
    });
  }

  /** I7 and what the whole run has to add up to. */
  #checkEnd(definition: Definition, { marks, total, forbidden }: Ledger) {
    const state = this.#committed(definition.name);
    for (const browser of this.#browsers) {
      const replica = browser.replica(definition);
      const expected = this.#expected(definition, browser.self, state as unknown as JsonObject);
      assert(isSame(replica.snapshot(), expected), `${browser.self.id} does not show what the server has`);
    }
    const ids = state.log.map(({ id }) => id);
    assert.deepEqual(
      [...ids].sort(),
      [...marks].sort(),
      `${definition.name}: every entry of the log is there once`,
    );
    assert.equal(state.total, total, `${definition.name}: the additions add up`);
    assert(this.#mixups <= this.#duplicates, "writes came out of order");
    this.#checkReports(definition, forbidden);
    for (const browser of this.#browsers) {
      const mine = ids
        .filter((id) => id.startsWith(`${browser.self.id}-`))
        .map((id) => Number(id.split("-")[1]));
      assert(
        mine.every((n, index) => !index || n > (mine[index - 1] as number)),
        `${browser.self.id}'s entries are out of order`,
      );
    }
  }

  /** What is refused is told, once; nothing is undecided where the server forgets nobody. */
  #checkReports({ name, access }: Definition, forbidden: number) {
    const refusals = this.#browsers
      .flatMap((browser) => browser.refusals)
      .filter((refusal) => refusal === `${name} E_FORBIDDEN`);
    // In a view, writes by index are refused, too.
    assert(
      access?.view ? refusals.length >= forbidden : refusals.length === forbidden,
      `${name}: ${refusals.length} of ${forbidden} refusals were told`,
    );
    for (const { losses } of this.#browsers)
      assert(!losses.includes(`${name} E_CLIENT_EXPIRED`), `${name}: a browser was forgotten`);
  }

  #count() {
    const counters = this.#counters;
    counters.duplicates += this.#duplicates;
    for (const { refusals, losses } of this.#browsers) {
      counters.refusals += refusals.length;
      counters.losses += losses.length;
    }
    for (const { writes } of this.#ledgers) counters.writes += writes;
    counters.resumes += this.#hub?.counters.resumes ?? 0;
    counters.snapshots += this.#hub?.counters.snapshots ?? 0;
  }
}
