/** What a schedule is like. All of it follows from its seed; a regression file says it in full. */
import { randomFrom } from "../support/seed.ts";
import { pages } from "./stores.ts";

export interface Schedule {
  readonly seed: number;
  /** Each step has dice of its own, so that one may be left out and the others stay what they are. */
  readonly steps: readonly number[];
  /** How many pages are open. */
  readonly pages: number;
  /** Which stores are in it. */
  readonly stores: readonly number[];
  /** The share of the steps in which a page writes: up to `MAX_WRITES`; the less, the more deliver. */
  readonly writes: number;
  /** Commits take their time. */
  readonly isDelayed: boolean;
  /** What storage may lose when the server dies: nothing, all, the last commits, the record of a writer. */
  readonly loses: "nothing" | "all" | "commits" | "writers";
  readonly logOps: number;
  readonly outboxBytes: number;
  readonly storeBytes: number;
  /** The step in which more is written at once than may wait; -1: in none. */
  readonly flood: number;
}

export interface Dice {
  /** From 0 to 1. */
  random(): number;
  /** A whole number below. */
  below(limit: number): number;
}

export function diceOf(seed: number, step: number): Dice {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) + Math.imul(step, 0x85ebca6b));
  return { random, below: (limit) => Math.floor(random() * limit) };
}

export const MAX_WRITES = 0.3;

/** Why so few, and not four pages each time: docs/decisions/model-schedules.md. */
const WRITES = 0.15;
const MIN_PAGES = 2;

/** One schedule of so many has a flood, which takes its time. */
const FLOODED = 1000;

/** Stores by their numbers; a view costs most. */
const often = [0, 0, 0, 1, 1, 1, 2, 2, 3, 4];

export function scheduleOf(seed: number): Schedule {
  const { random, below } = diceOf(seed, -1);
  const some = () => often[below(often.length)] as number;
  const loss = random();
  return {
    seed,
    steps: Array.from({ length: 40 + below(80) }, (_, index) => index),
    pages: MIN_PAGES + below(pages.length + 1 - MIN_PAGES),
    stores: [...new Set(random() < 0.3 ? [some(), some(), some()] : [some()])],
    writes: random() < 0.35 ? MAX_WRITES : WRITES,
    isDelayed: random() < 0.65,
    loses: loss < 0.5 ? "nothing" : loss < 0.7 ? "all" : loss < 0.85 ? "commits" : "writers",
    logOps: random() < 0.3 ? 2 : 1000,
    outboxBytes: random() < 0.2 ? 300 : 1_000_000,
    storeBytes: random() < 0.05 ? 450 : 1_000_000,
    flood: seed % FLOODED ? -1 : below(40),
  };
}
