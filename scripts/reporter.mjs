// A second reporter for node:test: a skipped or unfinished test fails the run, and so does a stray `only`. How each
// ended is added to the file that scripts/test.mjs names.
import { appendFileSync } from "node:fs";

export default async function* reporter(events) {
  const found = [];
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail" && type !== "test:diagnostic") continue;
    if (data.skip !== undefined || data.todo !== undefined)
      found.push(`skipped: ${data.name} (${data.file})`);
    else if (type !== "test:diagnostic" && data.details.type !== "suite")
      appendFileSync(
        process.env.VIOLET_OUTCOMES,
        `${JSON.stringify({ name: data.name, passed: type === "test:pass" })}\n`,
      );
    if (type === "test:diagnostic" && data.message.startsWith("'only'")) found.push(`only: ${data.file}`);
  }
  if (found.length === 0) return;
  process.exitCode = 1;
  yield `✖ tests must neither be skipped nor be the only ones:\n  ${found.join("\n  ")}\n`;
}
