/** Time that passes when the schedule says so, for browsers and for the server. */
import type { HubTime } from "../../server/hub/time.ts";
import type { Clock } from "../../src/socket/link.ts";

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

export class SimClock implements Clock {
  readonly #random: () => number;
  /** What people take for the time, at the start. */
  #epoch = 1_700_000_000_000;
  #now = 0;
  readonly #timers = new Set<Timer>();

  constructor(random: () => number) {
    this.#random = random;
  }

  now(): number {
    return this.#epoch + this.#now;
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
    for (let due = this.#first(until); due; due = this.#first(until)) {
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.fn();
    }
    this.#now = until;
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

/** A server's time: the end of a turn of its event loop comes when the schedule says so. */
export class SimHubTime implements HubTime {
  readonly #clock: SimClock;
  #soon: (() => void)[] = [];

  constructor(clock: SimClock) {
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
    this.#soon.push(fn);
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

  endTurn(): void {
    for (const fn of this.#soon.splice(0)) fn();
  }
}
