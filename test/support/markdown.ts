/** What a page of the docs says in a form that code can be held against: its sections, tables and code blocks. */

export interface Table {
  readonly header: readonly string[];
  /** The cells as they are written, without the space around them. */
  readonly rows: readonly (readonly string[])[];
}

/** The text below a heading of any level, up to the next one of the same level or above. */
export function sectionOf(text: string, heading: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.replace(/^#+ /, "") === heading && line.startsWith("#"));
  if (start < 0) throw new Error(`there is no section "${heading}"`);
  const level = /^#+/.exec(lines[start] as string)?.[0].length ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
  return rest.slice(0, end < 0 ? undefined : end).join("\n");
}

export function tablesOf(text: string): Table[] {
  const runs = text.matchAll(/(?:^\|.*\|$\n?)+/gm);
  return Array.from(runs, ([run]) => {
    const [header = [], , ...rows] = run.trim().split("\n").map(cellsOf);
    return { header, rows };
  });
}

/** A `|` inside a cell is written `\|`. */
const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

/** The texts in back quotes. */
export const codesIn = (cell: string): string[] =>
  Array.from(cell.matchAll(/`([^`]+)`/g), ([, code]) => code as string);

/** The tests that a cell names: `file`: "title", "another title". */
export const testsIn = (cell: string): [file: string, title: string][] =>
  Array.from(cell.matchAll(/`([^`]+)`: ((?:"[^"]+"(?:, )?)+)/g)).flatMap(([, file = "", titles = ""]) =>
    Array.from(titles.matchAll(/"([^"]+)"/g), ([, title = ""]): [string, string] => [file, title]),
  );

/** The code blocks of a language. */
export const blocksOf = (text: string, language: string): string[] =>
  Array.from(
    text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms")),
    ([, code]) => code as string,
  );

/** The code blocks of TypeScript that are files: each begins with a comment that says its name. */
export const filesIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    blocksOf(text, "ts").map((code) => {
      const name = fileNameIn(code);
      if (!name) throw new Error(`this block does not say which file it is:\n${code}`);
      return [name, code];
    }),
  );

/** The code block that is the file of this name. */
export function fileIn(text: string, file: string): string {
  const language = file.slice(file.lastIndexOf(".") + 1);
  const code = blocksOf(text, language).find((block) => fileNameIn(block) === file);
  if (code === undefined) throw new Error(`there is no block that is ${file}`);
  return code;
}

const fileNameIn = (code: string): string | undefined => /^\/\/ ([\w.-]+\.[a-z]+)\b/.exec(code)?.[1];
