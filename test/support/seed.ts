/**
 * The seed of this run. scripts/test.mjs draws and prints it once; every random test derives from it, so
 * `VIOLET_SEED=n npm test` repeats them all. Import this module to seed fast-check as well.
 */
import { configureGlobal } from "fast-check";

const given =
  typeof process === "object"
    ? process.env.VIOLET_SEED
    : (globalThis as { VIOLET_SEED?: number }).VIOLET_SEED;

export const seed: number = Number(given ?? Math.floor(Math.random() * 2 ** 31));
if (given === undefined) console.log(`seed ${seed}`);

configureGlobal({ seed });

/** One of a list. */
export const pick = <T>(random: () => number, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;

/** A generator of numbers in [0, 1) that repeats for the same seed (mulberry32). */
export function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
