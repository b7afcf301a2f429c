/** States in Redis, and the same writes by ioredis alone: a script that looks at nothing. The server is one of the bench's own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { Redis } from "ioredis";
import type { Candidate } from "../backends.ts";

/** As often as `redis(server)` writes the whole of a small state. */
const CHECKPOINT = 100;

const script = `
redis.call('XADD', KEYS[2], ARGV[1] .. '-0', 'entry', ARGV[2])
redis.call('HSET', KEYS[1], 'version', ARGV[1])
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'value', ARGV[5]) end`;

/** A candidate on a server of its own, which syncs its file once a second. */
export async function onRedis(file: string, open: (socket: string) => Candidate): Promise<Candidate> {
  const folder = dirname(file);
  const socket = `${folder}/redis.sock`;
  const server = spawn(
    process.env.REDIS_SERVER ?? "redis-server",
    ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "yes"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const end = () => server.kill("SIGKILL");
  process.once("exit", end);
  let said = "";
  server.stdout.on("data", (text) => (said += text));
  while (!said.includes("ready to accept")) await once(server.stdout, "data");
  const candidate = open(socket);
  return {
    commit: (group) => candidate.commit(group),
    async close() {
      await candidate.close();
      process.off("exit", end);
      const gone = once(server, "exit");
      end();
      await gone;
    },
  };
}

export function bareRedis(path: string): Candidate {
  const redis = new Redis({ path, scripts: { write: { lua: script, numberOfKeys: 3 } } });
  const { write } = redis as unknown as { write(...args: (string | number)[]): Promise<unknown> };
  return {
    commit: (group) =>
      Promise.all(
        group.flatMap(({ store, version, entries, value }) =>
          entries.map(({ ops, writer = "", n = 0, at }) =>
            write.call(
              redis,
              ...[`{${store}}`, `{${store}}:log`, `{${store}}:writers`, version + 1],
              ...[JSON.stringify({ ops, at, writer, n }), writer, JSON.stringify({ n, at })],
              version % CHECKPOINT ? "" : JSON.stringify(value()),
            ),
          ),
        ),
      ),
    close: async () => redis.disconnect(),
  };
}
