/**
 * One schedule: up to four browsers, a server that may die, storage that may fail, a network that may do anything but
 * change the order on a link. After every frame that a browser gets, and at every change that it shows, the
 * invariants of docs/protocol.md hold.
 */
import assert from "node:assert/strict";
import type { Definition } from "../../src/state/definition.ts";
import { increment } from "../../src/state/helpers.ts";
import { TestClock } from "../../testing/clock.ts";
import { Browser } from "./browser.ts";
import type { Counters } from "./counters.ts";
import { Invariants } from "./invariants.ts";
import type { SimLink } from "./network.ts";
import { type Dice, diceOf, MAX_WRITES, type Schedule } from "./schedule.ts";
import { Site } from "./site.ts";
import { isBoxed, type Mark, pages, type State, stores } from "./stores.ts";
import { Writer } from "./writes.ts";

const KEPT_MS = 60_000;
const MORE_THAN_MAY_WAIT = 260;
/** A store that waits for the server sends all that waits one by one. */
const MAX_ROUNDS = 3000;

export class World {
  readonly #schedule: Schedule;
  readonly #counters: Counters;
  readonly #clock: TestClock;
  readonly #definitions: readonly Definition[];
  readonly #site: Site;
  readonly #browsers: readonly Browser[];
  readonly #writers: readonly Writer[][];
  readonly #invariants: Invariants;
  /** The writers that took an answer: a page whose first batch is not answered cannot know that it is forgotten. */
  readonly #answered = new Set<string>();
  /** The first fault that came up where the engine would have caught it. */
  #fault: Error | undefined;
  #dice: Dice;

  constructor(schedule: Schedule, counters: Counters) {
    this.#schedule = schedule;
    this.#counters = counters;
    this.#dice = diceOf(schedule.seed, -2);
    this.#clock = new TestClock(diceOf(schedule.seed, -3).random);
    this.#definitions = schedule.stores.map((index) => stores[index] as Definition);
    this.#site = new Site(schedule, this.#definitions, {
      clock: this.#clock,
      counters,
      fault: (error) => this.#remember(error),
    });
    this.#browsers = pages.slice(0, schedule.pages).map((name) => new Browser(name, this.#clock));
    this.#invariants = new Invariants(this.#site, this.#browsers, this.#definitions);
    this.#writers = this.#browsers.map((browser) =>
      this.#definitions.map((definition) => {
        const replica = browser.replica(definition);
        return new Writer(replica, browser.self.id, browser.account(replica));
      }),
    );
  }

  /** Runs the whole schedule. Throws where an invariant does not hold. */
  async run(): Promise<void> {
    await this.#site.start();
    this.#invariants.watch((error) => this.#remember(error));
    if (this.#dice.random() < 0.8) await this.#calmDown();
    for (const step of this.#schedule.steps) {
      this.#dice = diceOf(this.#schedule.seed, step);
      if (step === this.#schedule.flood) this.#anyWriter().flood(MORE_THAN_MAY_WAIT);
      else await this.#step();
      await this.#settle();
    }
    await this.#end();
  }

  #remember(error: unknown) {
    this.#fault ??= error as Error;
  }

  /** All that follows by itself: ticks run when no microtask is left. */
  async #settle() {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    if (this.#fault) throw this.#fault;
  }

  // The steps

  #step(): void | Promise<void> {
    const kind = this.#dice.random();
    if (kind < this.#schedule.writes) this.#write();
    else if (kind < MAX_WRITES) this.#deliver();
    else if (kind < 0.33) this.#writeOnServer();
    else if (kind < 0.39) this.#site.endTurn();
    else if (kind < 0.45) this.#answer();
    else if (kind < 0.472) this.#cut();
    else if (kind < 0.477) this.#loseNews();
    else if (kind < 0.485) return this.#crash();
    else if (kind < 0.525) this.#clock.pass(this.#dice.below(120));
    else if (kind < 0.527) return this.#nap();
    else this.#deliver();
  }

  /** Most batches end with their microtask; into the others comes what arrives in the same one. */
  #write() {
    this.#anyWriter().write(this.#dice);
    if (this.#dice.random() < 0.3) this.#deliver();
  }

  #writeOnServer() {
    const definition = this.#definitions[this.#dice.below(this.#definitions.length)] as Definition;
    const authority = this.#site.authority(definition);
    if (!authority) return;
    this.#counters.serverWrites++;
    if (isBoxed(authority.tree.root)) (authority.root as { value: Mark[] }).value.push({ id: "s", by: 0 });
    else this.#changeOnServer(authority.root as State);
    if (definition.actions.size && this.#dice.random() < 0.3)
      authority.call("double", [`server-${this.#counters.serverWrites}`]);
    if (this.#dice.random() < 0.3) this.#deliver();
  }

  #changeOnServer(state: State) {
    increment(state, "round");
    if (this.#dice.random() < 0.5) state.tags.push("server");
    if (this.#dice.random() < 0.3) state.items.splice(0, 1);
    if (this.#dice.random() < 0.3) state.balance = 2;
  }

  #answer() {
    const { storage } = this.#site;
    if (!storage.waiting) return;
    if (this.#dice.random() < 0.2) {
      this.#counters.unavailable++;
      storage.fail();
    } else storage.answer();
  }

  #cut() {
    const { link } = this.#anyBrowser().network;
    if (!link?.isOpen || link.isDead) return;
    const counters = this.#counters;
    const kind = this.#dice.random();
    if (kind < 0.4) {
      counters.cuts++;
      link.cut();
    } else if (kind < 0.6) {
      counters.cutsForBrowser++;
      link.cutForBrowser();
    } else if (kind < 0.85 || !link.isConnected) {
      counters.cutsBehind++;
      link.cutBehind();
    } else {
      counters.cutsForServer++;
      link.cutForServer();
    }
  }

  /** A patch vanishes on a link that stands. */
  #loseNews() {
    const { link } = this.#anyBrowser().network;
    const index = link?.down.findIndex((frame) => String(frame).startsWith('{"type":"SYNC"')) ?? -1;
    if (index < 0) return;
    link?.down.splice(index, 1);
    this.#counters.vanished++;
  }

  async #crash() {
    for (const { network } of this.#browsers) {
      network.old.length = 0;
      network.link?.serverDied();
    }
    await this.#site.crash(this.#dice, (store, writer) => this.#answered.has(`${store} ${writer}`));
  }

  /** So much time that pages forget what was acknowledged, while the links stand. */
  async #nap() {
    this.#counters.naps++;
    for (let ms = 0; ms < KEPT_MS; ms += 5000) {
      this.#clock.pass(5000);
      this.#site.endTurn();
      for (const browser of this.#browsers) this.#serve(browser);
      await this.#settle();
    }
  }

  #anyWriter() {
    const writers = this.#writers[this.#dice.below(this.#writers.length)] as Writer[];
    return writers[this.#dice.below(writers.length)] as Writer;
  }

  #anyBrowser() {
    return this.#browsers[this.#dice.below(this.#browsers.length)] as Browser;
  }

  #deliver() {
    const browser = this.#anyBrowser();
    const { link, old } = browser.network;
    const late = old[0];
    if (late?.up.length && this.#dice.random() < 0.3) {
      this.#counters.late++;
      this.#deliverUp(late, false);
      return;
    }
    if (late && !late.up.length) old.shift();
    if (!link?.isOpen) return;
    if (!link.isConnected && !link.isDead && !link.down.length) return link.open(this.#site.hub);
    const isUp = link.up.length && (this.#dice.random() < 0.5 || !link.down.length);
    // A proxy that sends a request again may do so with a write; a hello comes once.
    if (isUp) this.#deliverUp(link, isWrite(link.up[0]) && this.#dice.random() < 0.3);
    else if (link.down.length) this.#deliverDown(browser, link);
  }

  #deliverUp(link: SimLink, isTwice: boolean) {
    if (isTwice) this.#counters.duplicates++;
    link.witness.up(link.up[0] as string);
    link.deliverUp(isTwice);
  }

  #deliverDown(browser: Browser, link: SimLink) {
    this.#counters.delivered++;
    if (!link.deliverDown()) return;
    const heard = browser.heard();
    const taken = heard && link.witness.down(heard);
    if (taken && this.#invariants.taken(browser, taken))
      this.#answered.add(`${taken.store} ${browser.self.id}.${taken.life}`);
    if (taken?.isTransformed) this.#counters.transforms++;
    if (heard?.type === "error") this.#countError(heard.code);
    this.#invariants.received(browser);
  }

  #countError(code: string) {
    if (code === "E_RESYNC" || code === "E_SEQ") this.#counters[code]++;
  }

  // The end: the faults stop

  async #end() {
    this.#site.storage.failLoads(0);
    // A patch that vanished shows when the next one comes.
    for (const definition of this.#definitions) {
      const { root, boxed } = await this.#site.hub.open(definition, undefined);
      if (boxed) (root as { value: Mark[] }).value.push({ id: "end", by: 0 });
      else increment(root as State, "round");
    }
    await this.#calmDown();
    this.#invariants.ended(this.#writers.map((writers) => writers.map(({ marks }) => marks)));
    this.#count();
  }

  /** Without faults, all that is under way comes to its end. */
  async #calmDown() {
    for (let round = 0; !this.#invariants.isCalm(); round++) {
      if (round >= MAX_ROUNDS) assert.fail(`it does not settle: ${this.#invariants.unrest().join()}`);
      for (const browser of this.#browsers) this.#serve(browser);
      this.#site.endTurn();
      this.#site.storage.answer();
      // A browser that talks to nobody takes long to notice.
      this.#clock.pass(this.#browsers.some(({ network }) => network.link?.isDead) ? 5000 : 50);
      await this.#settle();
    }
  }

  #serve(browser: Browser) {
    const { link, old } = browser.network;
    for (const late of old.splice(0)) while (late.up.length) this.#deliverUp(late, false);
    if (!link?.isOpen || link.isDead) return;
    if (!link.isConnected && !link.down.length) link.open(this.#site.hub);
    while (link.up.length) this.#deliverUp(link, false);
    while (link.down.length && link.isOpen) this.#deliverDown(browser, link);
  }

  #count() {
    const counters = this.#counters;
    counters.schedules++;
    if (this.#definitions.length > 1) counters.severalStores++;
    for (const browser of this.#browsers) {
      counters.overflows += browser.overflows;
      for (const { written, reasons } of browser.accounts()) {
        counters.writes += written;
        for (const [reason, times] of reasons) counters[reason as "E_GONE"] += times;
      }
    }
    for (const { thrown } of this.#writers.flat()) counters.thrown += thrown;
    const { resumes, snapshots } = this.#site.hub.counters;
    counters.resumes += resumes;
    counters.snapshots += snapshots;
  }
}

const isWrite = (text = "") => text.startsWith('{"type":"SYNC"');
