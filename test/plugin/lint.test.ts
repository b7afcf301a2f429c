/** The lint preset: what it says of calls of server functions, in an app that extends it. */
import { Newcomer } from "../support/newcomer.ts";
import { assert, suite, test } from "../support/suite.ts";

const files = {
  ".oxlintrc.json": JSON.stringify({
    extends: ["./node_modules/violet-live/plugin/oxlint.json"],
    options: { typeAware: true },
  }),
  "calls.ts": `import type { Realtime, Rpc } from "violet-live";
declare const keystroke: Realtime<[number]>;
declare const search: Rpc<[string], string[]>;
export async function good() {
  keystroke(1);
  return await search("x");
}
export async function bad() {
  await keystroke(1);
  search("x");
}
`,
};

interface Report {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

suite("the lint preset", () => {
  test("C4.2 reports a realtime function that is awaited, and a promise that is not", async () => {
    await using newcomer = await Newcomer.withFiles(files);
    const output = await newcomer
      .run("oxlint", ["--format=json", "calls.ts"])
      .catch((error: { stdout: string }) => error.stdout);
    const found = (JSON.parse(output) as Report).diagnostics.map(
      ({ code, labels: [label] }) => `${label?.span.line} ${code}`,
    );
    assert.deepEqual(found.sort(), ["10 typescript(no-floating-promises)", "9 typescript(await-thenable)"]);
  });
});
