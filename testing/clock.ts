/** Time that passes when the test says so, for pages and for the server. It runs in Node and in browsers. */
import type { HubTime } from "../server/hub/time.ts";
import type { Clock } from "../src/socket/link.ts";

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/**
 * A clock that stands still until it is told that time passes. One clock is the time of a whole site: all its clients
 * and its server. Times are milliseconds. `random` is where its dice come from; default `Math.random`.
 */
export class TestClock implements Clock {
  readonly #random: () => number;
  /** What people take for the time, at the start. */
  #epoch = 1_700_000_000_000;
  #now = 0;
  readonly #timers = new Set<Timer>();

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Whole milliseconds, as `Date.now` has them. */
  now(): number {
    return Math.floor(this.#epoch + this.#now);
  }

  elapsed(): number {
    return this.#now;
  }

  /** Somebody sets the time, so much later or earlier. */
  set(byMs: number): void {
    this.#epoch += byMs;
  }

  random(): number {
    return this.#random();
  }

  setTimeout(fn: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets so much time pass; timers that end in it run in their order. */
  pass(ms: number): void {
    const until = this.#now + ms;
    while (this.next(until));
    this.#now = until;
  }

  /** Goes on to the next timer that ends up to `until`, by `elapsed()`, and runs it; false: there is none. */
  next(until: number = Number.POSITIVE_INFINITY): boolean {
    const due = this.#first(until);
    if (!due) return false;
    this.#timers.delete(due);
    this.#now = Math.max(this.#now, due.at);
    due.fn();
    return true;
  }

  /** The device sleeps: the time passes, and timers that end in it run late, when it wakes up. */
  sleep(ms: number): void {
    this.#now += ms;
    this.pass(0);
  }

  #first(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

/** A server's time by such a clock, or by any other. */
export class ClockHubTime implements HubTime {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  random(): number {
    return this.#clock.random();
  }

  soon(fn: () => void): void {
    setImmediate(fn);
  }

  after(ms: number, fn: () => void): () => void {
    const timer = this.#clock.setTimeout(fn, ms);
    return () => this.#clock.clearTimeout(timer);
  }

  every(ms: number, fn: () => void): () => void {
    let timer: unknown;
    const again = () => {
      timer = this.#clock.setTimeout(again, ms);
      fn();
    };
    timer = this.#clock.setTimeout(again, ms);
    return () => this.#clock.clearTimeout(timer);
  }
}
