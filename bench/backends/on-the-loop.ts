/** What `sqlite(file)` does in its thread, done on the event loop. */
import type { Candidate, Commit } from "../backends.ts";

const { Checkpoints } = await import("../../lib/server/backends/checkpoints.js");
const { States } = await import("../../lib/server/backends/sqlite/states.js");

export function onTheLoop(path: string): Candidate {
  const states = new States({ path, maxBytes: undefined });
  const checkpoints = new Checkpoints();
  const rowOf = (commit: Commit) => {
    const { store, epoch, version, schema, forgotten, until } = commit;
    const entries = commit.entries.map(({ ops, ...entry }) => ({
      ...entry,
      ops: JSON.stringify(ops),
      count: ops.length,
    }));
    const value = checkpoints.due(commit, entries);
    return { kind: "commit" as const, store, epoch, version, schema, forgotten, until, entries, value };
  };
  return {
    commit: async (group) => states.write({ writes: group.map(rowOf), now: Date.now() }),
    close: async () => states.close(),
  };
}
