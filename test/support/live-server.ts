/** The server of a page's live components, as the page sees it: it answers what the test lets it, and keeps what it heard. */
import { setMount } from "../../elements/mounting.ts";
import { Runtime } from "../../src/runtime.ts";
import type { TransportEvents } from "../../src/socket/transports/websocket.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { type About, parseInstance } from "../../src/state/live.ts";
import { LiveReplica } from "../../src/state/live-replica.ts";
import type { Frame, UpFrame } from "../../src/wire/frames.ts";
import { PROTOCOL } from "../../src/wire/protocol.ts";

type Subscribed = Omit<Frame<"subscribe">, "type">;
type Written = Frame<"write">;

interface Instance {
  readonly name: string;
  readonly id: number;
  readonly state: JsonObject;
  version: number;
}

/** A component of that server. */
export interface Served {
  readonly about: About;
  readonly initial: (params: JsonObject) => JsonObject;
  /** The state that a call makes, or the code of its refusal. */
  readonly call: (state: JsonObject, callback: string, args: readonly unknown[]) => JsonObject | string;
}

export class LiveServer {
  readonly runtime: Runtime;
  /** What was mounted, one after another. */
  readonly mounted: Subscribed[] = [];
  /** What was called. */
  readonly calls: string[] = [];
  /** The wire names of instances, by their numbers. */
  readonly instances = new Map<number, Instance>();
  /** Answers wait here while it is held. */
  #held: (() => void)[] | undefined;
  readonly #components: Readonly<Record<string, Served>>;
  #page: TransportEvents | undefined;
  #ids = 0;

  constructor(components: Readonly<Record<string, Served>>) {
    this.#components = components;
    this.runtime = new Runtime({
      origin: "http://localhost",
      payload: { reconnect: { tellAfter: 5, backoffMs: [0] } },
      transport: (_, events) => {
        this.#page = events;
        setTimeout(() => events.opened());
        return { send: (text) => this.#heard(JSON.parse(text)), close: () => {} };
      },
    });
    setMount((mounting) => LiveReplica.of(mounting, this.runtime));
  }

  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const answer of held) answer();
  }

  /** The link is lost; the page comes back at once. */
  cut(): void {
    this.#page?.closed(1006);
  }

  #say(frame: object) {
    const page = this.#page;
    const answer = () => page?.received(JSON.stringify(frame));
    if (this.#held) this.#held.push(answer);
    else setTimeout(answer);
  }

  #heard(frame: UpFrame) {
    if (frame.type === "hello") this.#greet(frame);
    else if (frame.type === "subscribe") this.#mount(frame);
    else if (frame.type === "unsubscribe") this.instances.delete(frame.store);
    else if (frame.type === "SYNC") this.#called(frame);
  }

  #greet({ stores }: Frame<"hello">) {
    this.#say({
      type: "welcome",
      protocol: PROTOCOL,
      client: "me",
      self: { id: "me" },
      heartbeatMs: 25_000,
      heard: 0,
    });
    for (const store of stores) this.#mount(store);
  }

  #mount(subscribed: Subscribed) {
    const { store, params = {} } = subscribed;
    this.mounted.push(subscribed);
    const { component = "" } = parseInstance(store) ?? {};
    const served = this.#components[component];
    if (!served) return this.#say({ type: "error", store, code: "E_UNKNOWN_CALLABLE", message: "Unknown." });
    const known = [...this.instances.values()].find(({ name }) => name === store);
    const instance = known ?? {
      name: store,
      id: ++this.#ids,
      state: served.initial(params as JsonObject),
      version: 0,
    };
    this.instances.set(instance.id, instance);
    const { id, state: value, version } = instance;
    this.#say({
      type: "state",
      store,
      id,
      epoch: `e${id}`,
      version,
      last: version,
      value,
      live: served.about,
    });
  }

  #called({ store, n, batches }: Written) {
    const instance = this.instances.get(store);
    if (!instance) return;
    const { component = "" } = parseInstance(instance.name) ?? {};
    for (const [index, batch] of batches.entries()) {
      const { action, args } = batch as { action: string; args: readonly unknown[] };
      this.calls.push(`${instance.name} ${action}(${args.map((arg) => JSON.stringify(arg)).join()})`);
      const made = this.#components[component]?.call(instance.state, action, args);
      if (typeof made === "string")
        return this.#say({ type: "error", store, re: n + index, code: made, message: `No: ${made}.` });
      const ops = Object.entries(made ?? {}).map(([key, value]) => ["set", [key], value]);
      Object.assign(instance.state, made);
      this.#say({ type: "ack", store, n: n + index, v: ++instance.version, ops });
    }
  }
}
