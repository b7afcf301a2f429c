/** A hub without a network: the test writes and reads the frames of each connection, and owns its time. */
import type { Backend } from "../../server/backends/backend.ts";
import { memory } from "../../server/backends/memory.ts";
import type { Connection } from "../../server/hub/connection.ts";
import { Hub, type HubLimits, type HubOptions } from "../../server/hub/hub.ts";
import type { Wire } from "../../server/hub/wire.ts";
import { defaultLimits } from "../../server/limits.ts";
import type { Session } from "../../server/session.ts";
import type { Client, Definition } from "../../src/state/definition.ts";
import type { DownFrame, Frame, UpFrame } from "../../src/wire/frames.ts";
import { TestClock } from "../../testing/clock.ts";
import { SimHubTime } from "./clock.ts";

const framer = (text: string) => Buffer.from(text);

/** One page's end of a connection. */
export class HubPage implements Wire {
  readonly framer = framer;
  readonly connection: Connection;
  readonly #bench: HubBench;
  /** All frames that came, and those since the last look. */
  readonly frames: DownFrame[] = [];
  #seen = 0;
  /** The same, as they are written. */
  readonly buffers: Uint8Array[] = [];
  writes = 0;
  /** It stopped reading: all that is written waits. */
  isStalled = false;
  /** What the network has not taken. */
  backlogBytes = 0;
  sendingBytes = 0;
  #drained: (() => void)[] = [];
  /** The server does not read what this page sends. */
  isPaused = false;
  closedWith: number | undefined;

  constructor(bench: HubBench, session: Session) {
    this.#bench = bench;
    this.connection = bench.hub.connect(this, { session, address: "" });
  }

  write(frames: readonly Uint8Array[]): void {
    this.writes++;
    this.buffers.push(...frames);
    if (this.isStalled) for (const { length } of frames) this.backlogBytes += length;
    this.frames.push(...frames.map((frame) => JSON.parse(String(frame))));
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.backlogBytes) this.#drained.push(resolve);
      else resolve();
    });
  }

  /** Reads all that waits, and goes on reading. */
  read(): void {
    this.isStalled = false;
    this.backlogBytes = 0;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(code: number): void {
    this.closedWith = code;
  }

  /** Sends without waiting for anything. */
  post(frame: UpFrame | string): void {
    this.connection.receive(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** Sends a frame, and gives what has come since the last time. */
  async send(frame: UpFrame | string): Promise<DownFrame[]> {
    this.post(frame);
    return this.news();
  }

  async news(): Promise<DownFrame[]> {
    await this.#bench.settle();
    const news = this.frames.slice(this.#seen);
    this.#seen = this.frames.length;
    return news;
  }

  /** Says hello and subscribes; gives the answers. */
  async hello(client: string, ...stores: Frame<"hello">["stores"]): Promise<DownFrame[]> {
    return this.send({ type: "hello", protocol: 1, client, stores });
  }

  /** Sends batches to the store, made on version `v`. */
  async sync(
    store: number,
    n: number,
    v: number,
    ...batches: Frame<"write">["batches"]
  ): Promise<DownFrame[]> {
    return this.send({ type: "SYNC", store, n, v, batches });
  }
}

export interface HubBenchOptions extends Partial<Omit<HubOptions, "limits" | "time">> {
  readonly limits?: Partial<HubLimits>;
}

export class HubBench {
  dice = () => 0.5;
  readonly clock = new TestClock(() => this.dice());
  readonly #time = new SimHubTime(this.clock);
  readonly hub: Hub;
  readonly backend: Backend;
  readonly events: [event: string, client: string][] = [];
  readonly reports: unknown[] = [];
  #pages = 0;

  constructor({ limits, backend = memory(), ...options }: HubBenchOptions = {}) {
    this.backend = backend;
    this.hub = new Hub({
      backend,
      limits: { ...defaultLimits, heartbeatMs: 25_000, deadAfterMs: 45_000, ...limits },
      identify: ({ client = "anybody" }) => ({ client: { id: client }, token: `token of ${client}` }),
      emit: (event, client) => this.events.push([event, client.id]),
      within: (_: Client | undefined, fn) => fn(),
      report: (error) => this.reports.push(error),
      time: this.#time,
      ...options,
    });
  }

  /** All that follows by itself has happened, and the turn of the event loop is over. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#time.endTurn();
    }
  }

  /** A page of this session; of one of its own where none is given. */
  page(session = `session ${++this.#pages}`): HubPage {
    return new HubPage(this, { id: session, user: undefined, data: undefined });
  }

  /** A page that has said hello and subscribed to the store. */
  async subscriber(client: string, definition: Definition): Promise<HubPage> {
    const page = this.page();
    await page.hello(client, { store: definition.name, life: 1 });
    return page;
  }

  async authority(definition: Definition, key?: string) {
    return this.hub.open(definition, key);
  }
}

/** The frame of this type; throws where there is none. */
export function only<T extends DownFrame["type"]>(
  frames: readonly DownFrame[],
  type: T,
): Extract<DownFrame, { type: T }> {
  const found = frames.filter((frame) => frame.type === type);
  if (found.length !== 1) throw new Error(`${found.length} frames "${type}" in ${JSON.stringify(frames)}`);
  return found[0] as Extract<DownFrame, { type: T }>;
}
