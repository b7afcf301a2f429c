/**
 * Recording: microseconds per edit through a handle, checked by the struct, its batch closed; in a list of 1,000 and of
 * 10,000 items. "in place": nobody looked since the last edit; "seen": a snapshot is taken after each. Medians of
 * 31 rounds in which the kinds of edit take turns, after as many that let the compiler settle.
 *
 *   npm run bench recording
 */
import { median } from "./support/processes.ts";

process.env.NODE_ENV = "production";
const { array, integer, object, size: sized, string } = await import("superstruct");
const { increment, local, move } = await import("../lib/src/index.js");
const { setResolver } = await import("../lib/src/state/resolver.js");
const { LocalStore } = await import("../lib/src/state/local.js");

const ROUNDS = 31;
const EDITS = 400;

const host = { client: { id: "bench" }, now: Date.now, random: Math.random, report: console.error };
const stores = new Map();
setResolver((definition) => {
  const known = stores.get(definition.name) ?? new LocalStore(definition, host);
  stores.set(definition.name, known);
  return known;
});

const Item = object({ id: string(), user: string(), text: sized(string(), 0, 500) });
const item = (n: number) => ({
  id: `item-${n}`,
  user: "Ada Lovelace",
  text: "More than merely mortal; as time will show.",
});

function storeOf(length: number) {
  const name = `list${length}`;
  const list = local(name, {
    state: object({ items: array(Item), count: integer() }),
    initial: () => ({ items: Array.from({ length }, (_, n) => item(n)), count: 0 }),
  });
  return { list, core: () => stores.get(name) };
}

type Edit = (list: ReturnType<typeof storeOf>["list"], length: number, n: number) => void;
const edits: Record<string, Edit> = {
  push: (list, length, n) => list.items.push(item(length + n)),
  "one field": (list, length, n) => {
    const row = list.items[length >> 1];
    if (row) row.text = `edit ${n}`;
  },
  "delete first": (list) => list.items.shift(),
  counter: (list) => increment(list, "count"),
  "move by 10": (list, length) => move(list.items, (length >> 1) + 10, length >> 1),
};

for (const length of [1000, 10_000]) {
  const { list, core } = storeOf(length);
  if (list.items.length !== length) throw new Error("the list is not there");
  const times: Record<string, Record<string, number[]>> = {};
  for (let round = -ROUNDS; round < ROUNDS; round++)
    for (const [name, edit] of Object.entries(edits))
      for (const seen of [false, true]) {
        const store = core();
        store.snapshot();
        // The first edit after a look copies the list, whoever looked: it is not counted as "in place".
        edit(list, length, 0);
        store.close();
        const start = performance.now();
        for (let n = 0; n < EDITS; n++) {
          edit(list, length, n);
          store.close();
          if (seen) store.snapshot();
        }
        const perEdit = ((performance.now() - start) * 1000) / EDITS;
        const row = (times[name] ??= { "in place": [], seen: [] });
        if (round >= 0) row[seen ? "seen" : "in place"]?.push(perEdit);
        while (list.items.length > length) list.items.pop();
        while (list.items.length < length) list.items.push(item(list.items.length));
      }
  console.log(`\n${length.toLocaleString("en")} items, µs per edit`);
  console.table(
    Object.fromEntries(
      Object.entries(times).map(([name, row]) => [
        name,
        Object.fromEntries(Object.entries(row).map(([kind, all]) => [kind, median(all).toFixed(1)])),
      ]),
    ),
  );
}
