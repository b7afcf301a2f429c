/** A server dies at a point around a commit, again and again: what was acknowledged before is there afterwards, once. */
import { bundle } from "../../support/bundle.ts";
import type { Run, Size } from "../../support/runs.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { type Point, points } from "./failpoint.ts";
import { type Author, Household, until } from "./household.ts";
import { type KindName, kinds } from "./kinds.ts";

const runs: Readonly<Record<Size, number>> = { ci: 20, full: 200 };
const WRITES = 4;
/** As many as there are cores in the smallest machine. */
const AT_ONCE = 2;

/** What happened in a cell. */
interface Tally {
  /** Of the server, where it should have died. On a busy machine it sometimes dies elsewhere: that run is made again, and counts below. */
  deaths: number;
  lost: number;
  twice: number;
  disordered: number;
  /** It was acknowledged, or shown to another page, and the next server did not have it by itself. */
  notStored: number;
}

const newTally = (): Tally => ({ deaths: 0, lost: 0, twice: 0, disordered: 0, notStored: 0 });

export const pointsOf =
  (...names: readonly KindName[]): Run =>
  async (size, figures) => {
    const program = await bundle("faults/durability/victim");
    const random = randomFrom(seed);
    const cells = names.flatMap((kind) => points.map((point) => ({ kind, point })));
    const left = cells.values();
    const wanted = say({ ...newTally(), deaths: runs[size] });
    const play = async () => {
      for (const cell of left) {
        const tally = await playCell(cell, { program, random, times: runs[size] });
        figures.equal(`${cell.kind}, ${cell.point}`, say(tally), wanted);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, play));
  };

const say = ({ deaths, lost, twice, disordered, notStored }: Tally) =>
  `${deaths} deaths there: ${lost} lost, ${twice} doubled, ${disordered} out of order, ${notStored} not stored`;

interface Cell {
  readonly kind: KindName;
  readonly point: Point;
}

interface Playing {
  readonly program: URL;
  readonly random: () => number;
  readonly times: number;
}

async function playCell({ kind, point }: Cell, { program, random, times }: Playing): Promise<Tally> {
  const tally = newTally();
  await using household = await Household.start(kind, program);
  for (let run = 0; tally.deaths < times && run < 2 * times; run++) {
    const key = String(run);
    const [author, reader] = [await household.page(key), await household.page(key)];
    const acks = 1 + Math.floor(random() * 2);
    await household.server.ask("arm", { point, times: acks });
    for (let n = 0; n < WRITES; n++) {
      author.append();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await household.server.ended();
    // What was told before the end has been read by then.
    await until(() => !author.isLive && !reader.isLive, "both pages know of the end");
    const { acknowledged } = author;
    const { shown } = reader;
    await household.restart();
    const stored = kinds[kind].isDurable ? await household.server.ask("board", key) : undefined;
    const seen = { acks, acknowledged: acknowledged.length, shown: shown.length, stored: stored?.length };
    if (signs[point](seen)) tally.deaths++;
    if (stored)
      tally.notStored += new Set([...acknowledged, ...shown].filter((id) => !stored.includes(id))).size;
    await household.listen();
    await until(() => author.isSettled && reader.isSettled, "both pages are back");
    const ids = await household.server.ask("board", key);
    await until(
      () => [author, reader].every((page) => page.shown.join() === ids.join()),
      "both show the same",
    );
    compare(ids, author, tally);
    for (const page of [author, reader]) page.close();
  }
  return tally;
}

interface Seen {
  /** How many commits came to the point, the last one included. */
  readonly acks: number;
  /** How many writes. */
  readonly acknowledged: number;
  readonly shown: number;
  /** Undefined: nothing is. */
  readonly stored: number | undefined;
}

/** By what a death at the point is known. */
const signs: Readonly<Record<Point, (seen: Seen) => boolean>> = {
  "before commit": ({ acknowledged, shown, stored = shown }) => acknowledged === shown && stored === shown,
  "after commit": ({ acknowledged, shown, stored = shown + 1 }) => acknowledged === shown && stored > shown,
  "before fan-out": ({ acknowledged, shown }) => acknowledged > shown,
  "before ack": ({ acknowledged, shown }) => acknowledged < shown,
  "after ack": ({ acknowledged, shown, acks }) => acknowledged === shown && acknowledged >= acks,
};

/** What became of the writes of a page. */
function compare(ids: readonly string[], { written, reports }: Author, tally: Tally) {
  const present = new Set(ids);
  tally.lost += written.filter((id) => !present.has(id)).length + reports.length;
  tally.twice += ids.length - present.size;
  if ([...present].join() !== written.filter((id) => present.has(id)).join()) tally.disordered++;
}
