/** A server on a file is killed again and again while pages write: nothing acknowledged is lost, nothing is there twice. */
import { sqlite } from "../../../server/backends/sqlite.ts";
import { bundle } from "../../support/bundle.ts";
import type { Run, Size } from "../../support/runs.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { type Author, Household, until } from "./household.ts";

const kills: Readonly<Record<Size, number>> = { ci: 25, full: 1000 };
/** That are stored besides, and asked by nobody. */
const ROOMS = 10_000;
const BOARDS = 4;
const AUTHORS = 8;
/** Of each author between two kills. */
const WRITES = 5;

export const manyKills: Run = async (size, figures) => {
  const random = randomFrom(seed);
  await using household = await Household.start("sqlite", await bundle("faults/durability/victim"));
  await household.server.kill();
  await fillWithRooms(`${household.folder}/states.db`);
  await household.restart();
  await household.listen();
  const authors: Author[] = [];
  for (let n = 0; n < AUTHORS; n++) authors.push(await household.page(String(n % BOARDS)));

  const starts: number[] = [];
  const epochs = new Set<string | undefined>();
  let undecided = 0;
  let notStored = 0;
  for (let kill = 0; kill < kills[size]; kill++) {
    await write(authors, random);
    await household.server.kill();
    await until(() => authors.every(({ isLive }) => !isLive), "all pages know of the end");
    await household.restart();
    starts.push(await household.server.ask("readyMs"));
    const stored = new Set((await boards(household)).flat());
    for (const { acknowledged, replica } of authors) {
      epochs.add(replica.epoch);
      undecided += replica.pending;
      notStored += acknowledged.filter((id) => !stored.has(id)).length;
    }
    await household.listen();
    await until(() => authors.every(({ isSettled }) => isSettled), "all pages are back");
  }

  const all = await boards(household);
  const written = authors.flatMap((author) => author.written);
  const present = new Set(all.flat());
  const isInOrder = ({ written }: Author, n: number) =>
    all[n % BOARDS]?.filter((id) => id.startsWith(`${n}-`)).join() === written.join();
  figures.equal("kills", starts.length, kills[size]);
  figures.atLeast("writes that a kill found unacknowledged", undecided, 1);
  figures.equal("acknowledged, and not there without their pages", notStored, 0);
  figures.equal("epochs, one of each board", epochs.size, BOARDS);
  figures.note("writes", written.length);
  figures.equal("writes lost", written.filter((id) => !present.has(id)).length, 0);
  figures.equal("writes doubled", all.flat().length - present.size, 0);
  figures.equal("authors whose order was kept", authors.filter(isInOrder).length, AUTHORS);
  figures.equal(
    "losses and refusals told",
    authors.flatMap(({ reports }) => reports).join() || "none",
    "none",
  );
  const sorted = starts.toSorted((a, b) => a - b);
  figures.atMost(`start with ${ROOMS} rooms, median`, sorted[sorted.length >> 1] as number, 1000, "ms");
  figures.note("the slowest start", sorted.at(-1) as number, "ms");
  for (const author of authors) author.close();
};

/** Authors write, until so many of their writes are acknowledged as the dice say. */
async function write(authors: readonly Author[], random: () => number) {
  for (let n = 0; n < WRITES; n++) {
    for (const author of authors) author.append();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const pending = () => authors.reduce((sum, { replica }) => sum + replica.pending, 0);
  const left = Math.floor(random() * (pending() + 1));
  await until(() => pending() <= left, "writes are acknowledged");
}

const boards = ({ server }: Household): Promise<string[][]> =>
  Promise.all(Array.from({ length: BOARDS }, (_, key) => server.ask("board", String(key))));

async function fillWithRooms(file: string) {
  const backend = sqlite(file, { timeoutMs: 60_000 });
  const value = { items: [{ id: "a" }], count: 1, bumps: 0 };
  const fill = (room: number) =>
    backend.commit({
      store: `board/room-${room}`,
      epoch: "filled",
      version: 0,
      schema: 0,
      entries: [{ ops: [["set", ["count"], 1]], writer: `${room}.1`, n: 1, at: Date.now() }],
      forgotten: [],
      value: () => value,
    });
  await Promise.all(Array.from({ length: ROOMS }, (_, room) => fill(room)));
  await backend.close();
}
