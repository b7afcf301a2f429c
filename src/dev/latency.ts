/** A slow network, for development: what goes out and what comes in waits, in its order. */
import { fail, uncaught } from "../errors.ts";
import type { Clock } from "../socket/link.ts";
import type { Transport } from "../socket/transports/websocket.ts";

type Timers = Pick<Clock, "elapsed" | "setTimeout" | "clearTimeout">;

interface Delayed {
  readonly since: number;
  readonly go: () => void;
}

/** One direction. Nothing overtakes: also what came when the latency was another one. */
class Lane {
  readonly #timers: Timers;
  readonly #delayMs: () => number;
  readonly #waiting: Delayed[] = [];
  #timer: unknown;

  constructor(timers: Timers, delayMs: () => number) {
    this.#timers = timers;
    this.#delayMs = delayMs;
  }

  pass(go: () => void): void {
    if (!this.#delayMs() && !this.#waiting.length) return go();
    this.#waiting.push({ since: this.#timers.elapsed(), go });
    this.look();
  }

  look(): void {
    this.#timers.clearTimeout(this.#timer);
    for (let [first] = this.#waiting; first; [first] = this.#waiting) {
      const leftMs = first.since + this.#delayMs() - this.#timers.elapsed();
      if (leftMs > 0) {
        this.#timer = this.#timers.setTimeout(() => this.look(), leftMs);
        return;
      }
      this.#waiting.shift();
      try {
        first.go();
      } catch (error) {
        uncaught(error);
      }
    }
  }
}

export class Latency {
  readonly #out: Lane;
  readonly #in: Lane;
  #roundTripMs = 0;

  constructor(timers: Timers) {
    const half = () => this.#roundTripMs / 2;
    this.#out = new Lane(timers, half);
    this.#in = new Lane(timers, half);
  }

  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** What waits already waits as long from now on, and 0 lets it go. Throws E_OPTION. */
  set roundTripMs(ms: number) {
    if (!(ms >= 0 && ms <= MAX_MS))
      fail("E_OPTION", { name: "latency(ms)", expected: "milliseconds from 0 to 60,000", got: typeof ms });
    this.#roundTripMs = ms;
    this.#out.look();
    this.#in.look();
  }

  transport(transport: Transport): Transport {
    return (url, { opened, received, closed }) => {
      const wire = transport(url, {
        opened: () => this.#in.pass(opened),
        received: (text) => this.#in.pass(() => received(text)),
        closed: (code) => this.#in.pass(() => closed(code)),
      });
      return {
        send: (text) => this.#out.pass(() => wire.send(text)),
        close: (code) => this.#out.pass(() => wire.close(code)),
      };
    };
  }

  /** A request waits before it goes out, and its answer before it is read. */
  request(): Promise<void> {
    return new Promise((resolve) => this.#out.pass(resolve));
  }

  answer(): Promise<void> {
    return new Promise((resolve) => this.#in.pass(resolve));
  }
}

const MAX_MS = 60_000;

/** The page's. */
export const latency: Latency = new Latency({
  elapsed: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
});
