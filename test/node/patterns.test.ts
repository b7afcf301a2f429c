/** Regular expressions run on what browsers send: none may take a time that grows faster than its text. */
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";
import { isSafePattern } from "redos-detector";
import { assert, suite, test } from "../support/suite.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const files = globSync("{src,elements,server}/**/*.ts", { cwd: root }).sort();

interface Pattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** The literals of a file, and where it makes patterns while it runs. */
function patternsOf(file: string, text: string): { literals: Pattern[]; made: string[] } {
  const literals: Pattern[] = [];
  const made: string[] = [];
  const isRegExp = (node: { type: string }) => "name" in node && node.name === "RegExp";
  const note = ({ callee, start, end }: { callee: { type: string }; start: number; end: number }) => {
    if (isRegExp(callee)) made.push(`${file}: ${text.slice(start, end)}`);
  };
  new Visitor({
    Literal(node) {
      if ("regex" in node) literals.push({ file, source: node.regex.pattern, flags: node.regex.flags });
    },
    NewExpression: note,
    CallExpression: note,
  }).visit(parseSync(file, text).program);
  return { literals, made };
}

/** Why it is not safe; undefined where it is. */
function danger({ file, source, flags }: Pattern): string | undefined {
  const { safe, error } = isSafePattern(source, {
    caseInsensitive: flags.includes("i"),
    unicode: flags.includes("u"),
    dotAll: flags.includes("s"),
    multiLine: flags.includes("m"),
    // No time: the answer must not depend on the machine.
    timeout: Number.POSITIVE_INFINITY,
  });
  return safe ? undefined : `${file}: /${source}/${flags}: ${error}`;
}

suite("the regular expressions of src, elements and server", () => {
  const found = files.map((file) => patternsOf(file, readFileSync(root + file, "utf8")));

  test("T40 backtrack no more than a bounded number of times", () => {
    const literals = found.flatMap(({ literals }) => literals);
    assert.ok(literals.length > 40, `${literals.length} were found`);
    assert.deepEqual(literals.map(danger).filter(Boolean), []);
  });

  test("T40 are literals: none is made of what comes in", () => {
    assert.deepEqual(
      found.flatMap(({ made }) => made),
      [],
    );
  });

  test("are found, and those that backtrack are known", () => {
    const { literals, made } = patternsOf("a.ts", "x = /(a+)+$/i; y = new RegExp(z); RegExp(z);");
    assert.equal(literals.filter(danger).length, 1);
    assert.equal(made.length, 2);
  });
});
