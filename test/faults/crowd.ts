/** Many people in one process: load for a site, and what became of their writes. */
import { setTimeout as sleep } from "node:timers/promises";
import { answer, given, needDescriptors } from "../support/child.ts";
import { randomFrom } from "../support/seed.ts";
import { Person } from "./person.ts";
import { passes } from "./socket.ts";
import { board, feed } from "./stores.ts";

export interface CrowdOptions {
  readonly origin: string;
  /** The number of the first person: people of all crowds have their own. */
  readonly from: number;
  readonly count: number;
  readonly seed: number;
  /** So many boards for all, person by person; 0: the feed. */
  readonly boards: number;
  readonly backoffMs?: readonly number[];
}

/** People who come at the same time. */
const BATCH = 100;
const TICK_MS = 20;
/** How often a condition is looked at. */
const LOOK_MS = 50;

const { origin, from, count, seed, boards, backoffMs } = given<CrowdOptions>();
needDescriptors(count);
const random = randomFrom(seed + from);
const people: Person[] = [];

async function until(isSo: (person: Person) => boolean): Promise<void> {
  while (!people.every(isSo)) await sleep(LOOK_MS);
}

const boardOf = (number: number) => String(number % boards);

function sum(counts: readonly Record<string, number>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const each of counts)
    for (const [key, number] of Object.entries(each)) all[key] = (all[key] ?? 0) + number;
  return all;
}

let writing: NodeJS.Timeout | undefined;

const commands = {
  ready() {},
  /** All of them, in and with their store. */
  async arrive() {
    const all = await passes(origin, from, count);
    for (let index = 0; index < count; index += BATCH) {
      for (const [offset, pass] of all.slice(index, index + BATCH).entries()) {
        const number = from + index + offset;
        const store = boards ? board(boardOf(number)) : feed;
        people.push(new Person({ origin, pass, number, store, backoffMs }));
      }
      await until(({ isSettled }) => isSettled);
    }
  },
  /** Each person of this share writes so many times. */
  write({ share, times }: { readonly share: number; readonly times: number }): void {
    for (const person of people)
      if (person.number % Math.round(1 / share) === 0)
        for (let time = 0; time < times; time++) person.write(random);
  },
  /** From now on each writes so many times a second, on average; 0: no more. */
  writeSteadily(perSecond: number): void {
    clearInterval(writing);
    if (!perSecond) return;
    let last = performance.now();
    let due = 0;
    writing = setInterval(() => {
      const now = performance.now();
      due += ((now - last) / 1000) * perSecond * people.length;
      last = now;
      for (; due >= 1; due--) people[Math.floor(random() * people.length)]?.write(random);
    }, TICK_MS);
  },
  /** Resolves when all are live and nothing of theirs waits. */
  settled: () => until(({ isSettled }) => isSettled),
  /** The same, in another history than this one. */
  async settledAnew(epoch: string) {
    await until(({ isSettled, replica }) => isSettled && replica.epoch !== epoch);
  },
  epoch: () => people[0]?.replica.epoch as string,
  /** Resolves when all know that their link is lost; gives how many milliseconds that took. */
  async lost() {
    const start = performance.now();
    await until(({ offlineSince }) => offlineSince !== undefined);
    return performance.now() - start;
  },
  /** Resolves when all show what the site shows; `hashes` by board. */
  async shows(hashes: Readonly<Record<string, string>>) {
    await until(
      (person) => person.isSettled && person.hash === hashes[boards ? boardOf(person.number) : "feed"],
    );
  },
  look: () => ({
    snapshots: people.map(({ tally }) => tally.snapshots),
    resyncs: people.map(({ tally }) => tally.resyncs),
    closes: people.map(({ tally }) => tally.closes),
    losses: sum(people.map(({ tally }) => tally.losses)),
    refusals: sum(people.map(({ tally }) => tally.refusals)),
  }),
  /** What they wrote, by board. */
  written: () => {
    const byBoard: Record<string, Written> = {};
    for (const { number, writes, items, dropped, increments, bumps } of people) {
      const written = (byBoard[boardOf(number)] ??= {
        writes: 0,
        items: [],
        dropped: [],
        increments: 0,
        bumps: 0,
      });
      written.writes += writes;
      written.items.push(...items);
      written.dropped.push(...dropped);
      written.increments += increments;
      written.bumps += bumps;
    }
    return byBoard;
  },
  leave(): void {
    for (const person of people) person.close();
  },
};

/** How many writes, and what is to be there, or not, because of them. */
export interface Written {
  writes: number;
  items: string[];
  dropped: string[];
  increments: number;
  bumps: number;
}

export type CrowdCommands = typeof commands;

answer(commands);
