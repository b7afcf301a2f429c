/**
 * Rows: microseconds of script for an edit of one row of a long list, in a real Chromium: what arrives at a store and is
 * shown by `each`, what of that is the store's own, the same list by Lit's `repeat`, and by hand. The candidates take
 * turns (A B C D A B C D ...); medians. Nothing is laid out: style and layout are the same for all.
 *
 *   npm run bench rows [-- --n 1000,10000 --rounds 20]
 */
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { findTool } from "../scripts/tools.mjs";
import type { Edit, Name } from "./rows/page.ts";

const { values } = parseArgs({
  options: { n: { type: "string", default: "1000,10000" }, rounds: { type: "string", default: "20" } },
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
});
const lengths = values.n.split(",").map(Number);
const rounds = Number(values.rounds);
/** Per turn: few, so that most turns see no other process. */
const EDITS = 50;
/** Rounds that are not counted. */
const WARM_UP = 10;

const names: Record<Name, string> = {
  violet: "Violet each",
  storeAlone: "of it the store",
  litRepeat: "Lit repeat",
  byHand: "by hand",
};

let made = 0;
/** The same in each run; all over the list. */
const placeIn = (length: number) => ((made++ * 7919) % (length - 20)) + 10;
const item = () => ({ id: `new-${made}`, user: "Ada Lovelace", text: `made ${made}` });
const edits: Record<string, (length: number) => Edit> = {
  "set a field": (length) => ({ kind: "set", index: placeIn(length), text: `edit ${made}` }),
  insert: (length) => ({ kind: "insert", index: placeIn(length), item: item() }),
  delete: (length) => ({ kind: "delete", index: placeIn(length) }),
  "move by 10": (length) => {
    const index = placeIn(length);
    return { kind: "move", index, to: index - 10 };
  },
  "move to the front": (length) => ({ kind: "move", index: placeIn(length), to: 0 }),
};

interface Page {
  show(length: number): Promise<void>;
  time(name: Name, edits: readonly Edit[]): Promise<number>;
  different(): string[];
}

const { outputFiles } = await build({
  entryPoints: [new URL("rows/page.ts", import.meta.url).pathname],
  bundle: true,
  write: false,
  minify: true,
  format: "iife",
  target: "es2022",
  conditions: ["browser", "production"],
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } },
});
const code = outputFiles[0]?.text as string;

const browser = await chromium.launch({
  executablePath: findTool("chromium"),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const page = await browser.newPage();
// An isolated page's clock has steps of 5 µs, not 100.
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
await page.route("**/*", (route) =>
  route.fulfill({ headers, contentType: "text/html", body: "<!doctype html><body>" }),
);
await page.goto("http://localhost/");
await page.addScriptTag({ content: code });

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] as number;
type Times = Record<string, Record<Name, number[]>>;

async function measure(length: number): Promise<Times> {
  await page.evaluate((length) => (globalThis as unknown as { bench: Page }).bench.show(length), length);
  const times: Times = {};
  for (let round = -WARM_UP; round < rounds; round++)
    for (const [kind, edit] of Object.entries(edits)) {
      const row = (times[kind] ??= { violet: [], storeAlone: [], litRepeat: [], byHand: [] });
      const list = Array.from({ length: EDITS }, () => edit(length));
      for (const name of Object.keys(names) as Name[]) {
        const time = await page.evaluate(
          ([name, list]) => (globalThis as unknown as { bench: Page }).bench.time(name, list),
          [name, list] as const,
        );
        if (round >= 0) row[name].push(time);
      }
    }
  const different = await page.evaluate(() => (globalThis as unknown as { bench: Page }).bench.different());
  if (different.length) throw new Error(`${different.join(" and ")} shows something else`);
  return times;
}

try {
  for (const length of lengths) {
    const times = await measure(length);
    console.log(`\n${length.toLocaleString("en")} rows, µs per edit`);
    console.table(
      Object.fromEntries(
        Object.entries(times).map(([kind, row]) => [
          kind,
          Object.fromEntries(
            (Object.keys(names) as Name[]).map((name) => [names[name], median(row[name]).toFixed(1)]),
          ),
        ]),
      ),
    );
  }
} finally {
  await browser.close();
}
