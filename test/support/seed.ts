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

export { randomFrom } from "../../testing/random.ts";

/** One of a list. */
export const pick = <T>(random: () => number, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;
