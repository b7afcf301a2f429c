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
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds by a clock that nobody sets. */
  elapsed(): number;
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
  /** Nobody looks, or there is no network: it does not try by itself then. Default: never. */
  readonly isAway?: (() => boolean) | undefined;
}

/** How often a server sends a sign of life; its welcome says. */
const HEARTBEAT_MS = 25_000;
/** After so many heartbeats of silence a link is asked for an answer, and is dead without one after so many more. */
const SILENCE = 1.4;
const PATIENCE = 0.4;

type Received = Exclude<DownFrame, { type: "welcome" | "ping" }>;

export interface LinkHost {
  hello(): Omit<Extract<UpFrame, { type: "hello" }>, "type" | "protocol">;
  welcomed(frame: Extract<DownFrame, { type: "welcome" }>): void;
  received(frame: Received): void;
  /** The link's state changed; `code` is the close code, where it is lost. */
  changed(state: LinkState, code?: number): void;
  /** New credentials, after the server refused the old ones; rejects where there are none to be had. */
  renew(): Promise<void>;
  /** The number of the last call or event that came. */
  readonly lastLetter: number | undefined;
}

export interface Link {
  readonly state: LinkState;
  /** Tries that failed since the link was last live. */
  readonly tries: number;
  /** When the link was lost or left, in ms since 1970; undefined while it is live. */
  readonly offlineSince: number | undefined;
  /** Tries at once, unless a try is under way. */
  connect(): void;
  /** Makes sure of it now: a lost link tries at once, one that stands is asked for an answer. */
  check(): void;
  send(frame: UpFrame): void;
  /** Leaves; the link comes back by `connect` alone. */
  close(code: number): void;
  /** Gives the connection up and comes back after the backoff. */
  drop(code: number): void;
}

export function createLink({ url, transport, clock, backoffMs, isAway }: LinkOptions, host: LinkHost): Link {
  /** The attempt to connect that is under way, or stands. */
  let wire: Wire | undefined;
  /** Of the next try, or of the next look whether the connection is dead. */
  let timer: unknown;
  let heartbeatMs = HEARTBEAT_MS;
  let heardAt: number;
  /** Later than `heardAt`: an answer is due. */
  let askedAt: number;
  /** When the server wants to see us again, once this connection has ended. */
  let retryAfterMs: number | undefined;
  /** The credentials are new: refused again, they are refused for good. */
  let isRenewed = false;

  const link = {
    state: "idle" as LinkState,
    tries: 0,
    offlineSince: undefined as number | undefined,
    connect,
    check,
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

  function check() {
    if (link.state === "live") ask();
    else if (link.state === "offline") connect();
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
    askedAt = heardAt = clock.elapsed();
    look();
  }

  function wait(ms: number, then: () => void) {
    clock.clearTimeout(timer);
    timer = clock.setTimeout(then, ms);
  }

  /** One timer for the whole time of a connection; it looks whether anything was heard. */
  function look() {
    const leftMs = heardAt + SILENCE * heartbeatMs - clock.elapsed();
    if (askedAt > heardAt) link.drop(closeCodes.heartbeat);
    else if (leftMs > 0) wait(leftMs, look);
    else ask();
  }

  /** Silence alone proves nothing: the timer of a device that slept is late, and the link may be as it was. */
  function ask() {
    if (askedAt > heardAt) return;
    askedAt = clock.elapsed();
    if (link.state === "live") link.send({ type: "probe" });
    wait(PATIENCE * heartbeatMs, look);
  }

  function received(text: string) {
    heardAt = clock.elapsed();
    const frame = JSON.parse(text) as DownFrame;
    if (frame.type === "ping") link.send({ type: "pong", heard: host.lastLetter });
    else if (frame.type === "welcome") welcomed(frame);
    else if (frame.type === "error" && (frame.store ?? frame.call) === undefined)
      retryAfterMs = frame.retryAfterMs;
    else if (link.state === "live") host.received(frame);
  }

  function welcomed(frame: Extract<DownFrame, { type: "welcome" }>) {
    link.tries = 0;
    link.offlineSince = undefined;
    isRenewed = false;
    heartbeatMs = frame.heartbeatMs;
    look();
    host.welcomed(frame);
    become("live");
  }

  /** Gives the wire that was lost. */
  function lost(code: number): Wire | undefined {
    if (link.state === "connecting") link.tries++;
    const isRefused = code === closeCodes.session && !isRenewed;
    const lostWire = leave(isTerminal(code) && !isRefused ? "stopped" : "offline", code);
    if (isRefused) host.renew().then(renewed, retry);
    else retry();
    return lostWire;
  }

  function leave(state: LinkState, code: number): Wire | undefined {
    const left = wire;
    wire = undefined;
    clock.clearTimeout(timer);
    // Who never came has not left.
    if (link.state !== "idle") link.offlineSince ??= clock.now();
    become(state, code);
    return left;
  }

  function renewed() {
    isRenewed = true;
    check();
  }

  /** Comes back when the server said, or else after the backoff. */
  function retry() {
    if (link.state !== "offline") return;
    const step = backoffMs[Math.min(link.tries, backoffMs.length - 1)] as number;
    wait(retryAfterMs ?? clock.random() * step, () => isAway?.() || connect());
    retryAfterMs = undefined;
  }
}
