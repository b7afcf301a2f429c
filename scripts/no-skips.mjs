// A second reporter for node:test: a skipped or unfinished test fails the run, and so does a stray `only`.
export default async function* noSkips(events) {
  const found = [];
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail" && type !== "test:diagnostic") continue;
    if (data.skip !== undefined || data.todo !== undefined)
      found.push(`skipped: ${data.name} (${data.file})`);
    if (type === "test:diagnostic" && data.message.startsWith("'only'")) found.push(`only: ${data.file}`);
  }
  if (found.length === 0) return;
  process.exitCode = 1;
  yield `✖ tests must neither be skipped nor be the only ones:\n  ${found.join("\n  ")}\n`;
}
