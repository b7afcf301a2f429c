/** The page's one connection: it connects, says hello, keeps itself alive, and comes back when it is lost. */
import { closeCodes, isTerminal } from "../wire/close-codes.ts";
import type { DownFrame, UpFrame } from "../wire/frames.ts";
import { PROTOCOL } from "../wire/protocol.ts";
import type { Transport, Wire } from "./transports/websocket.ts";

/** idle: nothing needs it yet · offline: it waits for the next try · stopped: it does not come back by itself. */
export type LinkState = "idle" | "connecting" | "live" | "offline" | "stopped";

/** What each state may become; all else comes too late, and changes nothing. */
const next: Record<LinkState, readonly LinkState[]> = {
  idle: ["connecting"],
  connecting: ["live", "offline", "stopped"],
  live: ["offline", "stopped"],
  offline: ["connecting", "stopped"],
  stopped: ["connecting"],
};

/** The clock and the dice, so that tests own them. */
export interface Clock {
  now(): number;
  random(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface LinkOptions {
  readonly url: string;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Each try waits random(0, step); after the last step it goes on at that one. */
  readonly backoffMs: readonly number[];
  /** Without a frame for so long the link counts as dead. */
  readonly deadAfterMs: number;
}

type Received = Exclude<DownFrame, { type: "welcome" | "ping" }>;

export interface LinkHost {
  hello(): Omit<Extract<UpFrame, { type: "hello" }>, "type" | "protocol">;
  welcomed(frame: Extract<DownFrame, { type: "welcome" }>): void;
  received(frame: Received): void;
  /** The link's state changed; `code` is the close code, where it is lost. */
  changed(state: LinkState, code?: number): void;
  /** New credentials, after the server refused the old ones; rejects where there are none to be had. */
  renew(): Promise<void>;
}

export interface Link {
  readonly state: LinkState;
  /** Tries that failed since the link was last live. */
  readonly tries: number;
  /** When the link was lost, in ms since 1970; undefined while it is live. */
  readonly offlineSince: number | undefined;
  /** Tries at once, unless a try is under way. */
  connect(): void;
  send(frame: UpFrame): void;
  /** Leaves; the link comes back by `connect` alone. */
  close(code: number): void;
  /** Gives the connection up and comes back after the backoff. */
  drop(code: number): void;
}

export function createLink(
  { url, transport, clock, backoffMs, deadAfterMs }: LinkOptions,
  host: LinkHost,
): Link {
  /** The attempt to connect that is under way, or stands. */
  let wire: Wire | undefined;
  /** Of the next try, or of the look whether the connection is dead. */
  let timer: unknown;
  let heardAt: number;
  /** When the server wants to see us again, once this connection has ended. */
  let retryAfterMs: number | undefined;
  /** The credentials are new: refused again, they are refused for good. */
  let isRenewed = false;

  const link = {
    state: "idle" as LinkState,
    tries: 0,
    offlineSince: undefined as number | undefined,
    connect,
    send: (frame: UpFrame) => wire?.send(JSON.stringify(frame)),
    close: (code: number) => leave("stopped", code)?.close(code),
    drop: (code: number) => lost(code)?.close(code),
  };
  return link;

  function become(state: LinkState, code?: number): boolean {
    const isNext = next[link.state].includes(state);
    if (isNext) {
      link.state = state;
      host.changed(state, code);
    }
    return isNext;
  }

  function connect() {
    if (!become("connecting")) return;
    const isCurrent = () => wire === mine;
    const mine: Wire = transport(url, {
      opened: () => isCurrent() && link.send({ type: "hello", protocol: PROTOCOL, ...host.hello() }),
      received: (text) => isCurrent() && received(text),
      closed: (code) => isCurrent() && lost(code),
    });
    wire = mine;
    clock.clearTimeout(timer);
    heardAt = clock.now();
    look();
  }

  /** One timer for the whole time of a connection; it looks whether anything was heard. */
  function look() {
    const leftMs = heardAt + deadAfterMs - clock.now();
    if (leftMs > 0) timer = clock.setTimeout(look, leftMs);
    else link.drop(closeCodes.heartbeat);
  }

  function received(text: string) {
    heardAt = clock.now();
    const frame = JSON.parse(text) as DownFrame;
    if (frame.type === "ping") link.send({ type: "pong" });
    else if (frame.type === "welcome") welcomed(frame);
    else if (frame.type === "error" && frame.store === undefined) retryAfterMs = frame.retryAfterMs;
    else if (link.state === "live") host.received(frame);
  }

  function welcomed(frame: Extract<DownFrame, { type: "welcome" }>) {
    link.tries = 0;
    link.offlineSince = undefined;
    isRenewed = false;
    host.welcomed(frame);
    become("live");
  }

  /** Gives the wire that was lost. */
  function lost(code: number): Wire | undefined {
    link.tries++;
    link.offlineSince ??= clock.now();
    const isRefused = code === closeCodes.session && !isRenewed;
    const lostWire = leave(isTerminal(code) && !isRefused ? "stopped" : "offline", code);
    if (isRefused) void renew();
    else retry();
    return lostWire;
  }

  function leave(state: LinkState, code: number): Wire | undefined {
    const left = wire;
    wire = undefined;
    clock.clearTimeout(timer);
    become(state, code);
    return left;
  }

  async function renew() {
    try {
      await host.renew();
      isRenewed = true;
    } catch {}
    if (isRenewed && link.state === "offline") connect();
    else retry();
  }

  /** Comes back when the server said, or else after the backoff. */
  function retry() {
    if (link.state !== "offline") return;
    const step = backoffMs[Math.min(link.tries, backoffMs.length) - 1] ?? 0;
    timer = clock.setTimeout(connect, retryAfterMs ?? clock.random() * step);
    retryAfterMs = undefined;
  }
}
