/** A site and its crowds, for the length of a run. */

import { Child } from "../support/child.ts";
import type { Figures } from "../support/figures.ts";
import { seed } from "../support/seed.ts";
import type { CrowdCommands, CrowdOptions, Written } from "./crowd.ts";
import type { ReadersCommands } from "./readers.ts";
import type { SiteCommands, SiteOptions } from "./site.ts";
import type { Board } from "./stores.ts";

/** An address that no other process takes ports of: a killed server comes back to its own. */
const HOST = "127.0.77.1";

export class World {
  site!: Child<SiteCommands>;
  readonly crowds: Child<CrowdCommands>[] = [];
  readonly #children: Child<never>[] = [];
  readonly #options: Omit<SiteOptions, "host" | "port">;
  #port = 0;
  #people = 0;

  /** Runs `play` with a site; whatever becomes of it, all processes are gone in the end. */
  static async run(options: Omit<SiteOptions, "host" | "port">, play: (world: World) => Promise<void>) {
    const world = new World(options);
    try {
      await world.startSite();
      await play(world);
    } finally {
      await Promise.all(world.#children.map((child) => child.kill()));
    }
  }

  private constructor(options: Omit<SiteOptions, "host" | "port">) {
    this.#options = options;
  }

  get target(): { host: string; port: number } {
    return { host: HOST, port: this.#port };
  }

  /** Starts the site, at the same place as before. */
  async startSite(): Promise<void> {
    const options: SiteOptions = { ...this.#options, host: HOST, port: this.#port };
    this.site = this.#keep(await Child.start<SiteCommands>("faults/site", options));
    this.#port = await this.site.ask("port");
  }

  /** People who come by this way: directly, or through a proxy of that port. */
  async addCrowd(
    count: number,
    {
      port = this.#port,
      ...options
    }: Omit<CrowdOptions, "origin" | "from" | "count" | "seed"> & { port?: number },
  ): Promise<Child<CrowdCommands>> {
    const origin = `http://${HOST}:${port}`;
    const crowd: Child<CrowdCommands> = this.#keep(
      await Child.start<CrowdCommands>("faults/crowd", {
        ...options,
        origin,
        from: this.#people,
        count,
        seed,
      }),
    );
    this.#people += count;
    this.crowds.push(crowd);
    await crowd.ask("arrive");
    return crowd;
  }

  /** Readers of the feed. */
  async addReaders(count: number): Promise<Child<ReadersCommands>> {
    const options = { origin: `http://${HOST}:${this.#port}`, from: this.#people, count };
    const readers: Child<ReadersCommands> = this.#keep(await Child.start("faults/readers", options));
    this.#people += count;
    await readers.ask("arrive");
    return readers;
  }

  #keep<C extends Child<never>>(child: C): C {
    this.#children.push(child);
    return child;
  }

  /** Asks all crowds. */
  all<K extends keyof CrowdCommands>(
    command: K,
    argument?: Parameters<CrowdCommands[K]>[0],
  ): Promise<Awaited<ReturnType<CrowdCommands[K]>>[]> {
    return Promise.all(this.crowds.map((crowd) => crowd.ask(command, argument)));
  }

  /** Resolves when all show what the site shows, on each board. */
  async agree(boards: number): Promise<void> {
    const hashes: Record<string, string> = {};
    for (let key = 0; key < boards; key++) hashes[key] = (await this.site.ask("board", String(key))).hash;
    await this.all("shows", hashes);
  }

  /** Resolves when all show the site's feed. */
  async agreeOnFeed(): Promise<void> {
    await this.all("shows", { feed: await this.site.ask("feed") });
  }

  /** Compares what was written with what is there: nothing is lost, nothing is there twice. */
  async checkWrites(boards: number, figures: Figures): Promise<void> {
    const crowds = await this.all("written");
    const sum = { writes: 0, lost: 0, twice: 0 };
    for (let key = 0; key < boards; key++) {
      const { state } = await this.site.ask("board", String(key));
      for (const crowd of crowds) sum.writes += crowd[key]?.writes ?? 0;
      const { lost, twice } = compare(
        state,
        crowds.flatMap((crowd) => crowd[key] ?? []),
      );
      sum.lost += lost;
      sum.twice += twice;
    }
    figures.atLeast("writes", sum.writes, 1);
    figures.equal("writes lost", sum.lost, 0);
    figures.equal("writes applied twice", sum.twice, 0);
  }

  /** What the crowds reported of their links, summed up. */
  async checkReports(figures: Figures): Promise<void> {
    const looks = await this.all("look");
    const reports = looks.flatMap(({ losses, refusals }) => Object.entries({ ...losses, ...refusals }));
    figures.equal(
      "losses and refusals told",
      reports.map((report) => report.join(" ")).join(", ") || "none",
      "none",
    );
    const { errors } = await this.site.ask("figures");
    for (const error of errors) console.error(error);
    figures.equal("errors logged by the server", errors.length, 0);
  }
}

/** How many writes are missing in a board, and how many too many there are. */
function compare({ items, count, bumps }: Board, written: readonly Written[]) {
  const ids = items.map(({ id }) => id);
  const present = new Set(ids);
  const missing = written.flatMap((each) => each.items).filter((id) => !present.has(id));
  const left = written.flatMap((each) => each.dropped).filter((id) => present.has(id));
  const surplus = [
    count - written.reduce((all, { increments }) => all + increments, 0),
    bumps - written.reduce((all, { bumps }) => all + bumps, 0),
  ];
  const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + Math.max(0, number), 0);
  return {
    lost: missing.length + left.length + sum(surplus.map((number) => -number)),
    twice: ids.length - present.size + sum(surplus),
  };
}
