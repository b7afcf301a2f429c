/** What has to hold: of docs/protocol.md and the guarantees in docs/guide/promises.md, as the model sees them from outside. */
import assert from "node:assert/strict";
import type { Client, Definition } from "../../src/state/definition.ts";
import type { JsonObject } from "../../src/state/json.ts";
import type { Replica } from "../../src/state/replica.ts";
import { idsIn } from "./account.ts";
import type { Browser } from "./browser.ts";
import { isSame } from "./naive.ts";
import type { Site } from "./site.ts";
import { logOf, type State, ticksOf, viewOf } from "./stores.ts";
import type { Taken } from "./witness.ts";

/** So many may wait, and as many are kept and come back to a server that lost them. */
const MAX_PENDING = 256 + 256;

/** One browser's look at one store, and what was seen of it last. */
interface Look {
  readonly browser: Browser;
  readonly definition: Definition;
  readonly replica: Replica;
  epoch: string | undefined;
  version: number;
}

export class Invariants {
  readonly #site: Site;
  readonly #looks: readonly Look[];
  readonly #definitions: readonly Definition[];
  readonly #browsers: readonly Browser[];
  readonly #views = new WeakMap<JsonObject, Map<string, State>>();

  constructor(site: Site, browsers: readonly Browser[], definitions: readonly Definition[]) {
    this.#site = site;
    this.#browsers = browsers;
    this.#definitions = definitions;
    this.#looks = browsers.flatMap((browser) =>
      definitions.map((definition) => {
        const replica = browser.replica(definition);
        return { browser, definition, replica, epoch: undefined, version: 0 };
      }),
    );
  }

  /** From now on each change that a browser shows is looked at. */
  watch(fault: (error: unknown) => void): void {
    for (const look of this.#looks)
      look.replica.listen(() => {
        try {
          this.#checkScreen(look);
        } catch (error) {
          fault(error);
        }
      });
  }

  /** A browser got a frame. */
  received(browser: Browser): void {
    for (const look of this.#looks) {
      if (look.browser !== browser || look.replica.epoch === undefined) continue;
      this.#checkBase(look);
      this.#checkScreen(look);
    }
  }

  /** What this client may see of a state. */
  #expected(definition: Definition, client: Client, state: JsonObject): unknown {
    if (!definition.access?.view) return state;
    const views = this.#views.get(state) ?? new Map<string, State>();
    this.#views.set(state, views);
    const view = views.get(client.id) ?? viewOf(state as unknown as State, client);
    views.set(client.id, view);
    return view;
  }

  /** The base is a committed state of its epoch and version, and versions never go back inside of an epoch. */
  #checkBase(look: Look) {
    const { browser, definition, replica } = look;
    const { epoch = "", version } = replica;
    const id = browser.self.id;
    if (epoch === look.epoch && version === look.version) return;
    if (epoch === look.epoch && version < look.version)
      assert.fail(`${id}: version ${version} after ${look.version} of ${definition.name}`);
    look.epoch = epoch;
    look.version = version;
    const committed = this.#site.history.at(definition.name, epoch, version);
    if (!committed) assert.fail(`${id} has version ${version} of epoch ${epoch}, which was never committed`);
    const expected = this.#expected(definition, browser.self, committed);
    const base = replica.pending ? replica.base() : replica.snapshot();
    if (!isSame(base, expected))
      assert.deepEqual(base, expected, `${id}'s base of ${definition.name} at version ${version}`);
  }

  /**
   * All that a page wrote is shown from the moment when it was written, but for what it was told to be dropped. In a
   * store that waits for the server, when nothing is pending.
   */
  #checkScreen({ browser, definition, replica }: Look) {
    const { pending } = replica;
    if (pending > MAX_PENDING) assert.fail(`${browser.self.id}: ${pending} writes are pending`);
    if (!replica.isLoaded || (!definition.optimistic && pending)) return;
    browser.account(replica).check(ticksOf(replica.tree.root, browser.self.id));
  }

  /**
   * The server said that it took something: it is in the log, and what of it is not was told to be lost. Gives whether
   * the page took this answer: while it asks for the store again it does not.
   */
  taken(browser: Browser, { store, marks, version, written, left }: Taken): boolean {
    const definition = this.#definitions.find(({ name }) => name === store) as Definition;
    const log = logOf(this.#site.committed(definition));
    for (const mark of marks)
      assert(
        log.some(({ id }) => id === mark),
        `${mark} is acknowledged and not in ${store}`,
      );
    const replica = browser.replica(definition);
    if (version === undefined || replica.version < version) return false;
    const { lost } = browser.account(replica);
    // In a view, the answer is what the client sees of what the whole made of it.
    const dropped = definition.access?.view
      ? this.#leftOut(replica, browser.self, { version, written })
      : left;
    for (const id of dropped) assert(lost.has(id), `${id} is dropped, and nobody was told`);
    return true;
  }

  /** What a client wrote by raw ops to a store with a view and is not in the whole; of that it changes what it sees alone. */
  #leftOut(
    replica: Replica,
    client: Client,
    { version, written }: { version: number; written: readonly string[] },
  ) {
    const { name, epoch = "" } = replica;
    const [before, after] = [version - 1, version].map((each) => this.#site.history.at(name, epoch, each));
    if (!after || !written.length) return [];
    if (before && !isSame(unseen(before, client), unseen(after, client)))
      assert.deepEqual(
        unseen(after, client),
        unseen(before, client),
        `${client.id} changed what it does not see`,
      );
    const became = idsIn(this.#site.history.opsOf(after));
    return written.filter((id) => !became.includes(id));
  }

  /** Nothing is under way, and everybody has the last version. */
  isCalm(): boolean {
    return (
      !this.#site.storage.waiting &&
      this.#definitions.every((definition) => this.#site.authority(definition)?.pending === 0) &&
      this.#browsers.every(isIdle) &&
      this.#looks.every((look) => this.#isCurrent(look))
    );
  }

  #isCurrent({ definition, replica }: Look) {
    const authority = this.#site.authority(definition);
    return replica.epoch === authority?.epoch && replica.version === authority?.version;
  }

  /** What is still going on. */
  unrest(): string[] {
    const browsers = this.#browsers.filter((browser) => !isIdle(browser));
    const looks = this.#looks.filter((look) => !this.#isCurrent(look));
    return [
      `${this.#site.storage.waiting} commits`,
      ...browsers.map(({ self, link, pending, network }) => {
        const { up, down } = network.link ?? { up: [], down: [] };
        return `${self.id}: ${link.state}, ${up.length} up, ${down.length} down, ${pending} pending`;
      }),
      ...looks.map(({ browser, definition }) => `${browser.self.id} has not the last ${definition.name}`),
    ];
  }

  /** The faults have stopped. `marks`: what each browser wrote to each store's log. */
  ended(marks: readonly (readonly (readonly string[])[])[]): void {
    for (const [index, definition] of this.#definitions.entries()) {
      const state = this.#site.committed(definition);
      const written = new Set(marks.flatMap((ofStores) => ofStores[index] ?? []));
      for (const { id } of logOf(state))
        assert(written.has(id) || !id.startsWith("c"), `nobody wrote ${id} to ${definition.name}`);
    }
    for (const { browser, definition, replica } of this.#looks) {
      const state = this.#site.committed(definition);
      const expected = this.#expected(definition, browser.self, state);
      const shown = replica.snapshot();
      if (!isSame(shown, expected))
        assert.deepEqual(shown, expected, `${browser.self.id} does not show what the server has`);
      this.#checkLosses(browser, replica, state);
    }
  }

  /** What is told to be lost is nowhere, and storage lost something like it. */
  #checkLosses(browser: Browser, replica: Replica, state: JsonObject) {
    const { lost, reasons } = browser.account(replica);
    for (const reason of reasons.keys())
      assert(
        this.#site.mayLose(reason),
        `${browser.self.id} is told ${reason}, and storage has lost nothing`,
      );
    const text = lost.size ? JSON.stringify(state) : "";
    for (const id of lost)
      assert(!text.includes(`"${id}"`), `${id} is told to be lost, and is in ${replica.name}`);
  }
}

/** The items that a view hides from a client. */
function unseen(state: JsonObject, client: Client) {
  const { items } = state as unknown as State;
  const seen = viewOf(state as unknown as State, client).items;
  return items.filter((item) => !seen.includes(item));
}

function isIdle({ link, network, pending }: Browser): boolean {
  const { up, down } = network.link ?? { up: [], down: [] };
  return link.state === "live" && !network.link?.isDead && !up.length && !down.length && !pending;
}
