import { randomBytes } from "node:crypto";
import type { MountableComponent } from "../../src/calls/callable.ts";
import { VioletError } from "../../src/errors.ts";
import { type Client, wireName } from "../../src/state/definition.ts";
import { type JsonObject, plain } from "../../src/state/json.ts";
import { refusalOf } from "../../src/state/struct.ts";
import type { Backend, StoredState } from "../backends/backend.ts";
import { memory } from "../backends/memory.ts";
import { SERVER } from "../calls/functions.ts";
import { inTime, isAwaitable } from "../deadline.ts";
import type { Authority } from "../hub/authority.ts";
import type { InstanceName, LiveStores, Owner } from "../hub/hub.ts";
import { checkState, migrated } from "../hub/stored.ts";
import type { HubTime } from "../hub/time.ts";
import type { Limits } from "../limits.ts";
import { type Placed, placedIn } from "./bound.ts";
import type { Component } from "./component.ts";
import { Instance, type InstanceHost, storedName } from "./instance.ts";
import { MAX_AWAY, MAX_AWAY_BYTES, Waiting } from "./waiting.ts";

export interface InstancesOptions extends Pick<InstanceHost, "within" | "broadcast" | "report"> {
  readonly backend: Backend;
  readonly limits: Limits;
  readonly time: HubTime;
  /** A number for a store of this process. */
  nextId(): number;
  find(component: string): MountableComponent;
}

/** What an instance begins with. */
export interface Initial {
  readonly value: JsonObject;
  /** Its parts whose truth is elsewhere. */
  readonly placed: readonly Placed[];
  readonly params: JsonObject;
}

/** A rendered instance waits so long for its page. */
const RENDERED_MS = 30_000;
/** One page alone comes back to an instance: what it missed is little, or it gets the whole. */
const LOG = { logOps: 4, logBytes: 1024 };

/** Where nothing outlives the process, they live as long as their pages do. */
const volatile: Backend = { ...memory(), commit: async () => {} };

/** Where forms are sent from: the path of a page, in a session. */
export interface FormPlace {
  readonly session: string;
  readonly path: string;
}

/** No client's id has a blank. */
const holderOf = ({ session, path }: FormPlace): string => `${session} ${path}`;

/** In storage they last through a restart, and to the next time that this is said. */
const lastsMs = ({ graceMs }: Limits): number => 2 * graceMs + RENDERED_MS;

interface Held extends Owner {
  readonly holder: string;
}

/** The instances of live components that this process holds. */
export class Instances implements LiveStores {
  readonly #options: InstancesOptions;
  readonly #host: InstanceHost;
  /**
   * Of those that are bound. The number of a call and what it wrote elsewhere are not stored as one: in another process it
   * might be made again.
   */
  readonly #hostOfBound: InstanceHost;
  readonly #byHolder = new Map<string, Map<string, Instance>>();
  readonly #making = new Map<string, Promise<Instance>>();
  /** Those that were rendered and wait for their pages. */
  readonly #rendered = new Waiting();
  /** Those whose pages have lost their links, or that forms wrote to. */
  readonly #kept = new Waiting();
  /** Rendered ones that began with what forms made: that of the forms ends when a page takes it over. */
  readonly #ofForms = new WeakMap<Instance, Instance>();
  readonly #epoch = randomBytes(6).toString("base64url");
  /** Those that storage is being told of that they are over: another one of the name comes after that. */
  readonly #deleting = new Map<string, Promise<void>>();
  #extendedAt = 0;

  constructor(options: InstancesOptions) {
    this.#options = options;
    const { backend, limits, time, within, broadcast, report } = options;
    const isDurable = backend.durability !== "volatile";
    this.#host = {
      isDurable,
      backend: isDurable ? backend : volatile,
      until: () => time.now() + lastsMs(limits),
      limits: { ...limits, ...LOG },
      now: () => time.now(),
      elapsed: () => time.elapsed(),
      after: (ms, fn) => time.after(ms, fn),
      sent: () => new Promise((resolve) => time.soon(resolve)),
      self: () => SERVER,
      lost: (instance) => this.#lost(instance as Instance),
      within,
      broadcast,
      report,
    };
    this.#hostOfBound = { ...this.#host, isDurable: false, backend: volatile };
  }

  /** How many there are. */
  get size(): number {
    return [...this.#byHolder.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The instance, for its page: made afresh where there is none. Rejects with what `initial` throws, and E_VALIDATION. */
  async open(name: InstanceName, owner: Owner): Promise<Instance> {
    return this.#mount(await this.#open(name, { ...owner, holder: owner.client.id }));
  }

  /**
   * The instance that forms of a page wrote to, in a session; undefined where none did, or not for long. A promise, where
   * storage is to be asked, which rejects with E_UNAVAILABLE and E_STATE_INVALID.
   */
  ofForms(
    name: InstanceName,
    owner: Owner,
    place: FormPlace,
  ): Instance | undefined | Promise<Instance | undefined> {
    const held = { ...owner, holder: holderOf(place) };
    const known = this.find(name, held.holder);
    const waiting = (instance: Instance | undefined) => {
      if (instance) this.#waitForForms(instance);
      return instance;
    };
    return known || !this.#host.isDurable ? waiting(known) : this.#restored(name, held).then(waiting);
  }

  /** The same, made where there is none. Rejects as `open` does. */
  async openForForms(name: InstanceName, owner: Owner, place: FormPlace): Promise<Instance> {
    const instance = await this.#open(name, { ...owner, holder: holderOf(place) });
    instance.keep();
    this.#waitForForms(instance);
    return instance;
  }

  /** It has a grace time, which begins again. */
  #waitForForms(instance: Instance) {
    this.#return(instance);
    this.#wait(instance, this.#kept, this.#options.limits.graceMs);
  }

  async #open(name: InstanceName, owner: Held): Promise<Instance> {
    const known = this.find(name, owner.holder);
    if (known) return known;
    const id = `${owner.holder} ${name.component}/${name.key}`;
    const making = this.#making.get(id) ?? this.#make(name, owner).finally(() => this.#making.delete(id));
    this.#making.set(id, making);
    return making;
  }

  async #make(name: InstanceName, owner: Held): Promise<Instance> {
    const restored = this.#host.isDurable && (await this.#restored(name, owner));
    if (restored) return restored;
    const { params, ...initial } = await this.initial(name.component, owner);
    return this.#add(name, { ...owner, params }, initial);
  }

  /** As a process before this one left it; undefined where none did, or too long ago. */
  async #restored(name: InstanceName, owner: Held): Promise<Instance | undefined> {
    const { backend } = this.#host;
    const { limits, time, report } = this.#options;
    const component = this.component(name.component);
    const params = component.params(owner.params, name.component);
    const definition = component.definition(name.component);
    const id = storedName(owner.holder, wireName(definition, name.key));
    await this.#deleting.get(id);
    const what = `Loading an instance of "${name.component}"`;
    const found = await inTime(backend.load(id), { what, ...limits, time, report });
    // Another one may have been made meanwhile.
    const known = this.find(name, owner.holder);
    if (known || !found) return known;
    const stored = migrated(definition, name.key, found);
    return this.#add(name, { ...owner, params }, { value: stored.value, placed: [] }, stored);
  }

  /** `holder`: the id of a client. */
  find({ component, key }: InstanceName, holder: string): Instance | undefined {
    return this.#byHolder.get(holder)?.get(`@${component}/${key}`);
  }

  /**
   * The state that an instance begins with; a promise, where `initial` gives one. Throws, or rejects with, what `initial`
   * throws, E_UNKNOWN_CALLABLE, E_VALIDATION where the params do not fit, and E_UNAVAILABLE where it takes too long.
   */
  initial(name: string, { client, session, params: given }: Owner): Initial | Promise<Initial> {
    const { limits, time, within, report } = this.#options;
    const component = this.component(name);
    const params = component.params(given, name);
    const what = `The initial state of "${name}"`;
    const made = (state: unknown): Initial => ({
      value: begun(component, state, what),
      placed: placedIn(state),
      params,
    });
    const answer = within({ client, session, isInitial: true }, () =>
      component.options.initial({ client, session, params }),
    );
    if (!isAwaitable(answer)) return made(answer);
    return inTime(answer, { what, ...limits, time, report }).then(made);
  }

  component(name: string): Component {
    return this.#options.find(name) as Component;
  }

  /** An instance that was rendered; it waits for its page. `ofForms`: what its state is taken from. */
  rendered(
    name: InstanceName,
    owner: Owner,
    value: JsonObject,
    { placed = [], ofForms }: Pick<Partial<Initial>, "placed"> & { ofForms?: Instance | undefined } = {},
  ): Instance {
    const instance = this.#add(name, { ...owner, holder: owner.client.id }, { value, placed });
    if (ofForms) this.#ofForms.set(instance, ofForms);
    this.#wait(instance, this.#rendered, RENDERED_MS);
    return instance;
  }

  #add(name: InstanceName, owner: Held, { value, placed }: Omit<Initial, "params">, kept?: StoredState) {
    const id = this.#options.nextId();
    const component = this.component(name.component);
    const { client, session, params, holder } = owner;
    const epoch = `${this.#epoch}.${id}`;
    const { version: schema } = component.options;
    const own = { component, client, session, params, holder, placed };
    const instance = new Instance(name, own, placed.length ? this.#hostOfBound : this.#host, {
      id,
      epoch,
      isStored: kept !== undefined,
      stored: kept ?? { epoch, version: 0, value, schema, writers: new Map(), log: [] },
    });
    checkState(instance, kept);
    const all = this.#byHolder.get(holder) ?? new Map<string, Instance>();
    this.#byHolder.set(holder, all.set(instance.name, instance));
    return instance;
  }

  #mount(instance: Instance): Instance {
    this.#return(instance);
    instance.links++;
    const ofForms = this.#ofForms.get(instance);
    if (ofForms) this.end(ofForms);
    this.#ofForms.delete(instance);
    instance.keep();
    instance.mount();
    return instance;
  }

  /**
   * A page's link to it is lost. It ends after so many; or with the page's identity; or when the page, which has come back
   * by then if it ever does, has not asked for it: its element went while there was no link.
   */
  left(instance: Authority): void {
    if (!(instance instanceof Instance) || --instance.links || !this.#has(instance)) return;
    if (++instance.cuts > instance.component.options.maxReconnects) this.end(instance);
    else this.#wait(instance, this.#kept, this.#options.limits.graceMs + RENDERED_MS);
  }

  #wait(instance: Instance, among: Waiting, ms: number) {
    among.add(instance, this.#options.time.elapsed() + ms);
    this.#makeRoom();
  }

  /** Of one that was only rendered nothing is lost: they take no room from the others, nor the others from them. */
  #makeRoom() {
    const [rendered, kept] = [this.#rendered, this.#kept];
    while (rendered.size + kept.size > MAX_AWAY || rendered.bytes + kept.bytes > MAX_AWAY_BYTES)
      this.end((rendered.weight > kept.weight ? rendered : kept).oldestOfMost() as Instance);
  }

  #return(instance: Instance) {
    this.#rendered.delete(instance);
    this.#kept.delete(instance);
  }

  #has(instance: Instance): boolean {
    return this.#byHolder.get(instance.holder)?.get(instance.name) === instance;
  }

  /** Its element is gone. */
  end(instance: Authority): void {
    if (instance instanceof Instance && this.#remove(instance) && instance.isKept) this.#delete(instance);
  }

  /** In storage is another one, as another process has it: its page comes back to that. */
  #lost(instance: Instance) {
    this.#remove(instance);
    for (const subscription of instance.subscriptions) subscription.refused(new VioletError("E_RESYNC"));
  }

  /** What is under way is stored, or not, by the time that it is deleted. */
  #delete(instance: Instance) {
    const { storedName } = instance;
    const deleted = instance
      .settled()
      .catch(() => {})
      .then(() => this.#host.backend.delete([storedName]))
      .catch((error: unknown) => this.#options.report(error))
      .then(() => void this.#deleting.delete(storedName));
    this.#deleting.set(storedName, deleted);
  }

  /** Gives whether it was there. */
  #remove(instance: Instance): boolean {
    // Another one may have its name by now.
    if (!this.#has(instance)) {
      this.#return(instance);
      return false;
    }
    const own = this.#byHolder.get(instance.holder) as Map<string, Instance>;
    own.delete(instance.name);
    if (own.size === 0) this.#byHolder.delete(instance.holder);
    this.#return(instance);
    instance.end();
    return true;
  }

  /** Its page is gone. */
  endClient({ id }: Client): void {
    for (const instance of this.#byHolder.get(id)?.values() ?? []) this.end(instance);
  }

  /** The process ends; those that are stored go on in the next one. */
  async close(): Promise<void> {
    const all = [...this.#all()];
    for (const instance of all) this.#remove(instance);
    await Promise.allSettled([...all.map((instance) => instance.settled()), ...this.#deleting.values()]);
  }

  *#all(): Generator<Instance> {
    for (const own of this.#byHolder.values()) yield* own.values();
  }

  /** Those of pages that are here last on in storage. */
  #extend() {
    const { time, limits, report } = this.#options;
    const now = time.elapsed();
    if (!this.#host.isDurable || now - this.#extendedAt < limits.graceMs / 2) return;
    this.#extendedAt = now;
    const names = [...this.#all()].filter(({ isKept }) => isKept).map(({ storedName }) => storedName);
    if (names.length) this.#host.backend.extend(names, this.#host.until()).catch(report);
  }

  /** Those that were rendered, or that forms wrote to, or whose page has left them, and nobody came for. */
  expire(): void {
    this.#extend();
    const now = this.#options.time.elapsed();
    for (const waiting of [this.#rendered, this.#kept])
      for (const instance of waiting.expired(now)) this.end(instance);
  }
}

function begun({ options }: Component, state: unknown, what: string): JsonObject {
  const value = plain(state, what) as JsonObject;
  const refusal = refusalOf(options.state, value);
  if (refusal) throw new TypeError(`${what} is not what its struct says at "${refusal.path.join(".")}".`);
  return value;
}
