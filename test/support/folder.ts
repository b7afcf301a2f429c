import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];
process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder of this process, which is gone when the process is. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "violet-test-"));
  made.push(folder);
  return folder;
}
