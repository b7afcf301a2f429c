/** The processes of a benchmark: a server and a load, on a core each, that are asked by messages. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** Starts a file on a core of its own. */
export const start = (
  file: URL,
  core: number,
  args: readonly unknown[],
  execArgv: string[] = [],
): ChildProcess =>
  fork(file, args.map(String), {
    execArgv,
    execPath: new URL("on-core", import.meta.url).pathname,
    env: { ...process.env, NODE_ENV: "production", CORE: String(core), NODE: process.execPath },
  });

/** The next message of a process. Rejects where it ends instead. */
export async function answer(child: ChildProcess): Promise<Record<string, number>> {
  const ended = new AbortController();
  const exit = once(child, "exit", { signal: ended.signal }).then(([code]) => {
    throw new Error(`${child.spawnfile} ${child.spawnargs.slice(1).join(" ")} ended with ${code}`);
  });
  try {
    const [message] = (await Promise.race([once(child, "message", { signal: ended.signal }), exit])) as [
      never,
    ];
    return message;
  } finally {
    exit.catch(() => {});
    ended.abort();
  }
}

export function ask(child: ChildProcess, message: object): Promise<Record<string, number>> {
  const answered = answer(child);
  child.send(message);
  return answered;
}

export async function stop(...children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) if (child.kill()) await once(child, "exit");
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
