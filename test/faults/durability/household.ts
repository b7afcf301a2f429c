/** A server that is killed, and its pages, which live on: they are in this process. */
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../../support/child.ts";
import { newFolder } from "../../support/folder.ts";
import { Person } from "../person.ts";
import { type Pass, passes } from "../socket.ts";
import { board } from "../stores.ts";
import type { KindName } from "./kinds.ts";
import { type Storage, storages } from "./storage.ts";
import type { VictimCommands, VictimOptions } from "./victim.ts";

/** An address that no other process takes ports of: a killed server comes back to its own. */
const HOST = "127.0.77.2";
/** How often a condition is looked at. */
const LOOK_MS = 2;
/** Pages try again so soon that no time is lost by that. */
const BACKOFF_MS = [10];

/** Throws where it does not come true: a run that hangs says nothing. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`it never came true that ${what}`);
    await sleep(LOOK_MS);
  }
}

/** Two raw pushes of three, and an action: both are to survive. */
const kinds = [0, 0.1, 0.4];

/** A page that adds to the end of its board, one id after another. */
export class Author extends Person {
  #writes = 0;

  append(): void {
    const dice = [kinds[this.#writes++ % kinds.length] as number, 0.9999];
    this.write(() => dice.shift() as number);
  }

  /** The ids that it wrote, in their order. */
  get written(): readonly string[] {
    return [...this.items];
  }

  /** Those of them that the server has acknowledged. */
  get acknowledged(): readonly string[] {
    return this.written.slice(0, this.written.length - this.replica.pending);
  }

  /** The ids that it shows. */
  get shown(): readonly string[] {
    return (this.replica.snapshot() as { items: { id: string }[] }).items.map(({ id }) => id);
  }

  /** What it was told of writes that did not come to be. */
  get reports(): readonly string[] {
    return [...Object.keys(this.tally.losses), ...Object.keys(this.tally.refusals)];
  }

  get isLive(): boolean {
    return this.status === "live";
  }
}

export class Household implements AsyncDisposable {
  server!: Child<VictimCommands>;
  #storage: Storage | undefined;
  readonly #program: URL;
  readonly #options: VictimOptions;
  #port = 0;
  #passes: readonly Pass[] = [];
  #people = 0;

  private constructor(kind: KindName, program: URL) {
    this.#program = program;
    this.#options = { kind, folder: newFolder() };
  }

  static async start(kind: KindName, program: URL): Promise<Household> {
    const household = new Household(kind, program);
    household.#storage = await storages[kind]?.(household.folder);
    await household.#begin();
    await household.listen();
    household.#passes = await passes(household.#origin, 0, 1);
    return household;
  }

  get folder(): string {
    return this.#options.folder;
  }

  get #origin(): string {
    return `http://${HOST}:${this.#port}`;
  }

  /** Starts the server again; no page comes to it before it listens. */
  async restart(): Promise<void> {
    await this.#storage?.fail();
    await this.#begin();
  }

  async #begin() {
    this.server = await Child.start<VictimCommands>("faults/durability/victim", this.#options, this.#program);
  }

  async listen(): Promise<void> {
    this.#port = await this.server.ask("listen", { host: HOST, port: this.#port });
  }

  /** A page on this board. */
  async page(key: string): Promise<Author> {
    const [pass] = this.#passes as [Pass];
    const options = { origin: this.#origin, pass, store: board(key), backoffMs: BACKOFF_MS };
    const page = new Author({ ...options, number: this.#people++ });
    await until(() => page.isSettled, "a page is in");
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.kill();
    await this.#storage?.stop();
  }
}
