/** A table of people, live components that show them, and the processes and pages that they run in. */
import { customElement } from "lit/decorators.js";
import { array, boolean, integer, nullable, object, optional, size, string } from "superstruct";
import { LiveElement } from "../../../elements/index.ts";
import { type Backend, live, memory } from "../../../server/index.ts";
import {
  createTable,
  type Database,
  type DatabaseOptions,
  database,
  model,
  persistent,
  save,
} from "../../../server/sql/index.ts";
import { html, increment } from "../../../src/index.ts";
import { LiveReplica } from "../../../src/state/live-replica.ts";
import { NodeClient } from "../../support/node-client.ts";
import { MemoryLogger, type Served, serve } from "../../support/serve.ts";

const Person = object({
  id: integer(),
  tenant: string(),
  name: size(string(), 1, 40),
  email: string(),
  age: nullable(integer()),
  visits: integer(),
  tags: array(string()),
  isMember: boolean(),
  note: optional(string()),
  hash: string(),
});
export const people = model("people", Person, {
  hidden: ["hash", "tenant"],
  defaults: { tenant: "north", visits: 0, tags: [], isMember: false, hash: "secret-hash" },
  unique: ["email"],
  checks: { grown: "age >= 18" },
});
const migrations: DatabaseOptions["migrations"] = { "1": { up: (db) => createTable(db, people) } };

/** What the `onError`s heard: the name that was shown then, and the code. */
export const heard: string[] = [];
export const gates = { open: Promise.withResolvers<void>(), reached: Promise.withResolvers<void>() };

interface Named {
  name: string;
}

const hear = ({ name }: Named, error: Error) =>
  void heard.push(`${name}: ${(error as { code?: string }).code ?? error.message}`);
const params = object({ person: integer() });

const profile = live({
  state: object({ person: people.state, typed: string() }),
  params,
  initial: async ({ params }) => ({ person: await persistent(people, { id: params.person }), typed: "" }),
  model: ["person.name", "person.age", "typed"],
  callbacks: (callback) => ({
    rename: callback([string()], (state, name) => {
      state.person.name = name;
      state.typed = name;
    }),
    move: callback([string()], (state, email) => {
      state.person.email = email;
    }),
    age: callback([integer()], (state, age) => {
      state.person.age = age;
    }),
    visit: (state) => increment(state.person, "visits"),
    tag: callback([string()], (state, tag) => {
      state.person.tags.push(tag);
    }),
    join: ({ person }) => {
      person.isMember = true;
      person.note = "joined";
      person.age = 44;
    },
    leave: ({ person }) => {
      person.isMember = false;
      delete person.note;
      person.age = null;
    },
    replace: (state) => {
      state.person = { ...state.person, name: "Replaced", tags: ["new"] };
    },
    steal: ({ person }) => {
      (person as { id: number }).id = 2;
    },
    late: callback([string()], async (state, name) => {
      gates.reached.resolve();
      await gates.open.promise;
      state.person.name = name;
      state.typed = state.person.email;
    }),
    steps: async ({ person }, { render }) => {
      person.name = "First";
      await render();
      gates.reached.resolve();
      await gates.open.promise;
      person.name = "Second";
      throw new Error("no");
    },
  }),
  onError: ({ person }, error) => hear(person, error),
});

/** Its state is the row. */
const drafts = live({
  state: people.state,
  params,
  initial: ({ params }) => persistent(people, { id: params.person }, { autosaveMs: 60_000 }),
  model: ["name"],
  callbacks: (callback) => ({
    move: callback([string()], (state, email) => {
      state.email = email;
    }),
    keep: (state) => save(state),
    /** What its author meant to be another row. */
    swap: async (state) => {
      Object.assign(state, await persistent(people, { id: 2 }));
    },
  }),
  onError: hear,
});

const quick = live({
  state: people.state,
  params,
  initial: ({ params }) => persistent(people, { id: params.person }, { autosaveMs: 1 }),
  callbacks: (callback) => ({
    rename: callback([string()], (state, name) => {
      state.name = name;
    }),
    move: callback([string()], (state, email) => {
      state.email = email;
    }),
  }),
  onError: hear,
});

/** The row's columns beside keys of its own; saved by hand. */
const manual = live({
  state: object({ ...(people.state.schema as Record<"name" | "email", typeof name>), failed: string() }),
  params,
  initial: async ({ params }) => ({
    ...(await persistent(people, { id: params.person }, { autosaveMs: false })),
    failed: "",
  }),
  model: ["name", "email"],
  callbacks: () => ({
    keep: (state) => save(state),
    keepOrSay: (state) => save(state).catch(({ code }) => void (state.failed = code)),
  }),
  onError: hear,
});
const name = string();

const both = live({
  state: object({ a: people.state, b: people.state }),
  initial: async () => ({
    a: await persistent(people, { id: 1 }),
    b: await persistent(people, { note: "second", isMember: false }),
  }),
  callbacks: (callback) => ({
    swap: callback([string(), string()], ({ a, b }, mine, theirs) => {
      a.name = mine;
      b.name = theirs;
    }),
    address: callback([string(), string()], ({ a, b }, mine, theirs) => {
      a.email = mine;
      b.email = theirs;
    }),
  }),
  onError: ({ a }, error) => hear(a, error),
});

/** Shows its row to its own tenant alone. */
const tenant = live({
  state: object({ person: people.state }),
  params: object({ person: integer(), tenant: string() }),
  initial: async ({ params }) => ({
    person: await persistent(people, { id: params.person, tenant: params.tenant }),
  }),
  callbacks: (callback) => ({
    rename: callback([string()], (state, name) => {
      state.person.name = name;
    }),
  }),
  onError: ({ person }, error) => hear(person, error),
});

/** Whose author has bound a field to the key. */
const bound = live({
  state: people.state,
  params,
  initial: ({ params }) => persistent(people, { id: params.person }),
  model: ["name", "id" as "name"],
});

const timed = live({
  state: people.state,
  params,
  initial: ({ params }) => persistent(people, { id: params.person }),
  onMount: (state) => {
    state.name = "Mounted";
  },
  callbacks: (callback) => ({
    soon: callback([string()], (state, email) => {
      setTimeout(() => {
        state.email = email;
      });
    }),
  }),
  onError: hear,
});

const listed = live({
  state: object({ all: array(people.state) }),
  initial: async () => ({ all: [await persistent(people, { id: 1 })] }),
});

const modules = { people: { profile, drafts, quick, manual, both, tenant, bound, timed, listed } };

@customElement("test-person")
export class TestPerson extends LiveElement(profile) {
  override render() {
    return html`<p>${this.state.person.name}</p>
      <form method="post" @submit="rename(name)"><input name="name"></form>
      <p role="alert">${this.error?.code}</p>`;
  }
}

/** A server of its own, on a database that others have, too. */
export class Process {
  readonly served: Served;
  readonly db: Database;
  readonly logger: MemoryLogger;
  readonly #pages: NodeClient[] = [];

  private constructor(served: Served, db: Database, logger: MemoryLogger) {
    this.served = served;
    this.db = db;
    this.logger = logger;
  }

  static async start(
    address: string,
    { backend = memory(), ...options }: DatabaseOptions & { backend?: Backend } = {},
  ): Promise<Process> {
    const logger = new MemoryLogger();
    const db = database(address, { migrations, pollMs: 20, ...options });
    const served = await serve(
      (site, app) => {
        site.get(
          "/",
          app.page(() => html`<violet-status></violet-status>`),
        );
        site.get(
          "/person/:id",
          app.page<{ params: { id: string } }>(
            ({ params }) => html`<test-person person=${params.id}></test-person>`,
          ),
        );
      },
      {
        modules,
        database: db,
        backend,
        logger,
        limits: { messagesPerSecond: 1000, messageBurst: 1000, opsPerSecond: 5000, opBurst: 5000 },
      },
    );
    return new Process(served, db, logger);
  }

  /** An element of a page of its own. */
  async show(component: string, params: object = { person: 1 }): Promise<Shown> {
    const page = await NodeClient.visit(`${this.served.url}/`);
    this.#pages.push(page);
    page.runtime.link.connect();
    await page.until("live");
    const mounting = {
      host: {} as HTMLElement,
      component: `people.${component}`,
      key: "k",
      params,
      changed: () => {},
    };
    return new Shown(LiveReplica.of(mounting as never, page.runtime), page);
  }

  get errors(): string[] {
    return this.logger.errors.map(({ err }) => err.message);
  }

  async stop(): Promise<void> {
    for (const page of this.#pages) page.close();
    await this.served.close();
  }
}

export const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((done) => setTimeout(done, 1));
};

export type Json = Record<string, unknown>;

export class Shown {
  readonly instance: LiveReplica;
  readonly page: NodeClient;

  constructor(instance: LiveReplica, page: NodeClient) {
    this.instance = instance;
    this.page = page;
  }

  get state(): Json {
    return this.instance.snapshot() as Json;
  }

  get person(): Json {
    return (this.state.person ?? this.state) as Json;
  }

  get error(): string | undefined {
    return this.instance.error?.code;
  }

  /** Resolves when the call is answered. */
  async call(callback: string, ...args: readonly unknown[]): Promise<void> {
    this.instance.send(callback, args);
    await until(() => !this.instance.isBusy);
  }

  /** As a field that is bound to it. */
  async type(path: string, value: unknown): Promise<void> {
    const steps = path.split(".");
    const last = steps.pop() as string;
    let place = this.instance.root as Json;
    for (const step of steps) place = place[step] as Json;
    place[last] = value;
    this.instance.close();
    await until(() => !this.instance.isBusy);
  }

  /** The same in a page that is not ours: its own checks are gone. Gives the code of the refusal. */
  async force(path: string, value: unknown): Promise<string | undefined> {
    const about = { callbacks: {}, params: [], model: [path] };
    Object.defineProperty(this.instance, "about", { configurable: true, value: about });
    await this.type(path, value);
    return this.error;
  }

  /** Resolves when this is shown. */
  shows(columns: Json): Promise<void> {
    const isSo = () =>
      Object.entries(columns).every(
        ([key, value]) => JSON.stringify(this.person[key]) === JSON.stringify(value),
      );
    return until(isSo);
  }

  leave(): void {
    this.instance.unmount();
  }
}
