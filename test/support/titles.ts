import { readFileSync } from "node:fs";
import { parseSync, Visitor } from "oxc-parser";

const known = new Map<string, readonly RegExp[]>();

/**
 * The titles of a test file, as patterns: what a title takes from a variable may be anything. Of a file of type
 * tests, where nothing runs, the comments are the titles.
 */
export function titlesIn(file: string): readonly RegExp[] {
  const titles =
    known.get(file) ?? (file.endsWith(".test.ts") ? titlesOfCalls(file) : titlesOfComments(file));
  known.set(file, titles);
  return titles;
}

function titlesOfCalls(file: string): RegExp[] {
  const titles: RegExp[] = [];
  const visitor = new Visitor({
    CallExpression({ callee, arguments: [title] }) {
      if (callee.type !== "Identifier" || callee.name !== "test") return;
      if (title?.type === "Literal") titles.push(pattern([String(title.value)]));
      if (title?.type === "TemplateLiteral")
        titles.push(pattern(title.quasis.map(({ value }) => value.cooked ?? "")));
    },
  });
  visitor.visit(parseSync(file, readFileSync(file, "utf8")).program);
  return titles;
}

const titlesOfComments = (file: string): RegExp[] =>
  Array.from(readFileSync(file, "utf8").matchAll(/\/\/ (?:@ts-expect-error:? )?(.+)$/gm), ([, text = ""]) =>
    pattern([text]),
  );

const pattern = (parts: readonly string[]) => new RegExp(`^${parts.map(escaped).join(".*")}$`, "s");

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
