/** A server dies at a point around the save of a row, again and again: what was acknowledged before is in the row, once. */
import { LiveReplica } from "../../../src/state/live-replica.ts";
import { bundle } from "../../support/bundle.ts";
import { Child } from "../../support/child.ts";
import { newFolder } from "../../support/folder.ts";
import { NodeClient } from "../../support/node-client.ts";
import { PostgresServer } from "../../support/postgres.ts";
import type { Run, Size } from "../../support/runs.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { type Point, points } from "./failpoint.ts";
import { until } from "./household.ts";
import type { RowVictimCommands } from "./row-victim.ts";

const HOST = "127.0.77.3";
const runs: Readonly<Record<Size, number>> = { ci: 20, full: 200 };
const CALLS = 4;

interface List {
  readonly ids: readonly string[];
  readonly count: number;
}

/** What happened in a cell. */
interface Tally {
  /** Of the server, where it should have died. On a busy machine it sometimes dies elsewhere: that run is made again, and counts below. */
  deaths: number;
  /** Acknowledged, or shown to another page, and not in the row when the next server starts. */
  lost: number;
  twice: number;
  /** One of the columns that a call wrote, without the other. */
  torn: number;
}

const newTally = (): Tally => ({ deaths: 0, lost: 0, twice: 0, torn: 0 });
const say = ({ deaths, lost, twice, torn }: Tally) =>
  `${deaths} deaths there: ${lost} lost, ${twice} doubled, ${torn} torn`;

export const rows: Run = async (size, figures) => {
  const program = await bundle("faults/durability/row-victim");
  const server = await PostgresServer.start();
  try {
    const addresses = { sqlite: `${newFolder()}/rows.db`, postgres: await server.database() };
    const play = async (kind: keyof typeof addresses) => {
      const random = randomFrom(seed);
      await using house = await House.start(addresses[kind], program);
      for (const point of points) {
        const tally = newTally();
        for (let run = 0; tally.deaths < runs[size] && run < 2 * runs[size]; run++)
          await house.die(point, 1 + Math.floor(random() * 2), tally);
        figures.equal(`${kind}, ${point}`, say(tally), say({ ...newTally(), deaths: runs[size] }));
      }
    };
    await Promise.all([play("sqlite"), play("postgres")]);
  } finally {
    await server.stop();
  }
};

/** A page that shows a list. */
class Page {
  readonly #client: NodeClient;
  readonly #instance: LiveReplica;
  readonly calls: string[] = [];

  private constructor(client: NodeClient, list: number) {
    this.#client = client;
    const mounting = { host: {} as HTMLElement, component: "list", key: "k", params: { list }, changed() {} };
    this.#instance = LiveReplica.of(mounting, client.runtime);
    client.runtime.link.connect();
  }

  static async open(origin: string, list: number): Promise<Page> {
    const page = new Page(await NodeClient.visit(`${origin}/`), list);
    await until(() => page.isSettled, "a page is in");
    return page;
  }

  append(id: string): void {
    this.calls.push(id);
    this.#instance.send("append", [id]);
  }

  get isLive(): boolean {
    return this.#client.runtime.status === "live";
  }

  get isSettled(): boolean {
    return this.isLive && this.#instance.isLoaded && !this.#instance.isBusy;
  }

  /** Those of its calls that were answered. */
  get acknowledged(): readonly string[] {
    return this.calls.slice(0, this.calls.length - this.#instance.pending);
  }

  get shown(): readonly string[] {
    return (this.#instance.snapshot() as unknown as List).ids;
  }

  close(): void {
    this.#client.close();
  }
}

class House implements AsyncDisposable {
  readonly #program: URL;
  readonly #address: string;
  #server!: Child<RowVictimCommands>;
  #port = 0;
  #lists = 0;

  private constructor(address: string, program: URL) {
    this.#address = address;
    this.#program = program;
  }

  static async start(address: string, program: URL): Promise<House> {
    const house = new House(address, program);
    await house.#restart();
    await house.#listen();
    return house;
  }

  async #restart(): Promise<void> {
    const options = { address: this.#address };
    this.#server = await Child.start("faults/durability/row-victim", options, this.#program);
  }

  async #listen(): Promise<void> {
    this.#port = await this.#server.ask("listen", { host: HOST, port: this.#port });
  }

  async #list(id: number): Promise<List> {
    return (await this.#server.ask("row", id)) as List;
  }

  /** One page calls, another one looks on, and the server dies at the so-manieth time that it comes to the point. */
  async die(point: Point, times: number, tally: Tally): Promise<void> {
    const id = ++this.#lists;
    await this.#server.ask("begin", id);
    const origin = `http://${HOST}:${this.#port}`;
    const [author, reader] = [await Page.open(origin, id), await Page.open(origin, id)];
    await this.#server.ask("arm", { point, times });
    for (let n = 0; n < CALLS; n++) {
      author.append(`${id}.${n}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#server.ended();
    // What was told before the end has been read by then.
    await until(() => !author.isLive && !reader.isLive, "both pages know of the end");
    const { acknowledged } = author;
    const { shown } = reader;
    await this.#restart();
    const stored = await this.#list(id);
    const seen = { times, acknowledged: acknowledged.length, shown: shown.length, stored: stored.ids.length };
    if (signs[point](seen)) tally.deaths++;
    tally.lost += new Set([...acknowledged, ...shown].filter((each) => !stored.ids.includes(each))).size;
    await this.#listen();
    await until(() => author.isSettled && reader.isSettled, "both pages are back");
    const { ids, count } = await this.#list(id);
    await until(
      () => [author, reader].every((page) => page.shown.join() === ids.join()),
      "both show the row",
    );
    tally.twice += ids.length - new Set(ids).size;
    tally.torn += Number(count !== ids.length) + Number(stored.count !== stored.ids.length);
    for (const page of [author, reader]) page.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.kill();
  }
}

interface Seen {
  readonly times: number;
  readonly acknowledged: number;
  readonly shown: number;
  readonly stored: number;
}

/** By what a death at the point is known. */
const signs: Readonly<Record<Point, (seen: Seen) => boolean>> = {
  "before commit": ({ times, acknowledged, stored }) => stored === times - 1 && acknowledged <= stored,
  "after commit": ({ times, acknowledged, stored }) => stored === times && acknowledged < stored,
  "before fan-out": ({ acknowledged, shown, stored }) => acknowledged > shown && stored >= acknowledged,
  "before ack": ({ times, acknowledged, stored }) => acknowledged === times - 1 && stored > acknowledged,
  "after ack": ({ times, acknowledged, stored }) => acknowledged >= times && stored >= acknowledged,
};
