import type { ChildProcess } from "node:child_process";

/** Resolves when a process has printed this; what it prints from then on goes nowhere. Rejects where it ends before. */
export async function printed({ stdout }: ChildProcess, pattern: RegExp): Promise<void> {
  let output = "";
  for await (const chunk of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += String(chunk);
    if (pattern.test(output)) return void stdout?.resume();
  }
  throw new Error(`it ended after: ${output}`);
}
