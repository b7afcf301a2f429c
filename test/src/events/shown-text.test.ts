/** What development builds say of values that no template means to show. */
import { nothing } from "lit";
import { hosts } from "../../../src/events/host.ts";
import { html } from "../../../src/index.ts";
import { assert, suite, test } from "../../support/suite.ts";

function warningsOf(body: () => unknown): string[] {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    body();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

suite("a value that shows as no text", () => {
  test("is warned of once for its element: a promise, an object", () => {
    const show = (value: unknown) => () => hosts("shows-things", () => html`<p title=${value}>${value}</p>`);
    const promise = warningsOf(show(Promise.resolve("late")));
    assert.equal(promise.length, 1);
    assert.match(promise[0] as string, /^violet: <shows-things> shows a promise, .* until\(promise\)/);
    const object = warningsOf(show([{ name: "ann" }]));
    assert.equal(object.length, 1);
    assert.match(object[0] as string, /^violet: <shows-things> shows an object/);
    assert.deepEqual(warningsOf(show({})), []);
  });

  test("is no text, number, template, list of these, or nothing", () => {
    const values = ["text", 7, null, undefined, nothing, true, html`<b>bold</b>`, ["a", html`<i>i</i>`]];
    assert.deepEqual(
      warningsOf(() => hosts("shows-others", () => values.map((value) => html`<p>${value}</p>`))),
      [],
    );
  });
});
