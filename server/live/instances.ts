import { randomBytes } from "node:crypto";
import type { MountableComponent } from "../../src/calls/callable.ts";
import type { Client } from "../../src/state/definition.ts";
import { type JsonObject, plain } from "../../src/state/json.ts";
import { refusalOf } from "../../src/state/struct.ts";
import type { Backend } from "../backends/backend.ts";
import { inTime } from "../deadline.ts";
import type { Authority } from "../hub/authority.ts";
import type { InstanceName, LiveStores, Owner } from "../hub/hub.ts";
import type { HubTime } from "../hub/time.ts";
import type { Limits } from "../limits.ts";
import type { Component } from "./component.ts";
import { Instance, type InstanceOptions } from "./instance.ts";

export interface InstancesOptions {
  readonly limits: Limits;
  readonly time: HubTime;
  /** A number for a store of this process. */
  nextId(): number;
  find(component: string): MountableComponent;
  within<T>(owner: Pick<Owner, "client" | "session">, fn: () => T): T;
  broadcast: InstanceOptions["broadcast"];
  report(error: unknown): void;
}

/** A rendered instance waits so long for its page. */
const RENDERED_MS = 30_000;
/** Instances that no page has may be so many, of so many bytes together. */
const MAX_AWAY = 10_000;
const MAX_AWAY_BYTES = 64 * 1024 * 1024;

/** They live as long as their pages do. */
const volatile: Backend = {
  durability: "volatile",
  load: async () => undefined,
  commit: async () => {},
  close: async () => {},
};

/** The instances of live components that this process holds. */
export class Instances implements LiveStores {
  readonly #options: InstancesOptions;
  readonly #byClient = new Map<string, Map<string, Instance>>();
  readonly #making = new Map<string, Promise<Instance>>();
  /** Those that no page has, in the order in which they were left, and until when: rendered ones have a time of their own. */
  readonly #away = new Map<Instance, { readonly until: number; readonly bytes: number }>();
  #awayBytes = 0;
  readonly #epoch = randomBytes(6).toString("base64url");

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  /** How many there are. */
  get size(): number {
    return [...this.#byClient.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The instance, for its page: made afresh where there is none. Rejects with what `initial` throws, and E_VALIDATION. */
  async open(name: InstanceName, owner: Owner): Promise<Instance> {
    const known = this.#find(name, owner.client);
    if (known) return this.#mount(known);
    const id = `${owner.client.id} ${name.component}/${name.key}`;
    const making = this.#making.get(id) ?? this.#make(name, owner).finally(() => this.#making.delete(id));
    this.#making.set(id, making);
    return this.#mount(await making);
  }

  async #make(name: InstanceName, owner: Owner): Promise<Instance> {
    const { value, params } = await this.initial(name.component, owner);
    return this.#add(name, { ...owner, params }, value);
  }

  #find({ component, key }: InstanceName, { id }: Client): Instance | undefined {
    return this.#byClient.get(id)?.get(`@${component}/${key}`);
  }

  /** The state that an instance begins with. Rejects with E_VALIDATION where the params, or that state, do not fit. */
  async initial(component: string, { client, session, params: given }: Owner) {
    const { limits, time, within } = this.#options;
    const { options } = this.component(component);
    const params = this.component(component).params(given, component);
    const answer = within({ client, session }, () => options.initial({ client, session, params }));
    const what = `The initial state of "${component}"`;
    const state = answer instanceof Promise ? await inTime(answer, { what, ...limits, time }) : answer;
    const value = plain(state, component) as JsonObject;
    const refusal = refusalOf(options.state, value);
    if (refusal) throw new TypeError(`${what} is not what its struct says at "${refusal.path.join(".")}".`);
    return { value, params };
  }

  component(name: string): Component {
    return this.#options.find(name) as Component;
  }

  /** An instance that was rendered; it waits for its page. */
  rendered(name: InstanceName, owner: Owner, value: JsonObject): Instance {
    const instance = this.#add(name, owner, value);
    this.#leave(instance, this.#options.time.elapsed() + RENDERED_MS);
    return instance;
  }

  #add({ component, key }: InstanceName, { client, session, params }: Owner, value: JsonObject): Instance {
    const { limits, time, within, broadcast, report } = this.#options;
    const epoch = this.#epoch;
    const id = this.#options.nextId();
    const instance = new Instance(key, component, {
      backend: volatile,
      id,
      epoch,
      stored: { epoch: `${epoch}.${id}`, version: 0, value, schema: 1, writers: new Map() },
      limits,
      component: this.component(component),
      client,
      session,
      params,
      now: () => time.now(),
      elapsed: () => time.elapsed(),
      after: (ms, fn) => time.after(ms, fn),
      sent: () => new Promise((resolve) => time.soon(resolve)),
      within: (fn) => within({ client, session }, fn),
      broadcast,
      report,
    });
    const own = this.#byClient.get(client.id) ?? new Map<string, Instance>();
    this.#byClient.set(client.id, own.set(instance.name, instance));
    return instance;
  }

  #mount(instance: Instance): Instance {
    this.#return(instance);
    instance.mount();
    return instance;
  }

  /** A page's link to it is lost; it lives as long as the page's identity does. */
  left(authority: Authority): void {
    if (authority instanceof Instance) this.#leave(authority, Number.POSITIVE_INFINITY);
  }

  #leave(instance: Instance, until: number) {
    if (!this.#has(instance) || this.#away.has(instance)) return;
    const { bytes } = instance;
    this.#away.set(instance, { until, bytes });
    this.#awayBytes += bytes;
    for (const [oldest] of this.#away) {
      if (this.#away.size <= MAX_AWAY && this.#awayBytes <= MAX_AWAY_BYTES) return;
      this.end(oldest);
    }
  }

  #return(instance: Instance) {
    this.#awayBytes -= this.#away.get(instance)?.bytes ?? 0;
    this.#away.delete(instance);
  }

  #has({ client, name }: Instance): boolean {
    return this.#byClient.get(client.id)?.has(name) ?? false;
  }

  /** Its element is gone. */
  end(instance: Authority): void {
    if (!(instance instanceof Instance)) return;
    const own = this.#byClient.get(instance.client.id);
    if (!own?.delete(instance.name)) return;
    if (own.size === 0) this.#byClient.delete(instance.client.id);
    this.#return(instance);
    instance.end();
  }

  /** Its page is gone. */
  endClient({ id }: Client): void {
    for (const instance of this.#byClient.get(id)?.values() ?? []) this.end(instance);
  }

  /** Those that were rendered and nobody came for. */
  expire(): void {
    const now = this.#options.time.elapsed();
    for (const [instance, { until }] of this.#away) if (until <= now) this.end(instance);
  }
}
