import "../../elements/tags.ts";
import { object, optional, string } from "superstruct";
import { local } from "../../src/state/local.ts";
import { clearAfterEach } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";
import { bound, shows } from "./html-support.ts";

const person = object({ name: string(), city: optional(string()) });
local("missing-page", {
  state: object({ person, note: optional(string()) }),
  initial: () => ({ person: { name: "Ada" } }),
});
const list = local("missing-list", { initial: () => ({ items: [{ text: "one" }] }) });

/** What is warned of while HTML is bound, and what follows. */
async function warningsOf(html: string, then?: (tag: HTMLElement) => Promise<void>): Promise<string[]> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  await then?.(await bound(html));
  if (!then) await bound(html);
  console.warn = warn;
  return warnings;
}

suite("paths that lead nowhere", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  test("are named once for each element's tag, with what there is", async () => {
    const warnings = await warningsOf(
      `<violet-local store="missing-page"><p data-text="nmae"></p><p data-text="nmae"></p>
       <input data-model="person.nmae" data-show="note"><b data-text="person.city"></b></violet-local>`,
    );
    assert.deepEqual(warnings, [
      'violet: data-text="nmae" on <p> leads nowhere. There are: person, note.',
      'violet: data-model="person.nmae" on <input> leads nowhere. There are: person.name, person.city.',
    ]);
  });

  test("are named in rows, also in those that come later, with the names of the row", async () => {
    const warnings = await warningsOf(
      `<violet-local store="missing-list"><template data-each="items"><p data-text="text"></p><u data-show="txet"></u></template></violet-local>`,
      async (tag) => {
        list.items.push({ text: "two" });
        await shows(() => tag.querySelectorAll("u").length, 2);
      },
    );
    assert.deepEqual(warnings, [
      'violet: data-show="txet" on <u> leads nowhere. There are: $index, $value, text, items. A key that only some rows have needs a value in all (null).',
    ]);
  });
});
