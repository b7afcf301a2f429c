/** The servers that states are in, where that is not the one that is killed. */
import { rmSync, symlinkSync } from "node:fs";
import { RedisServer } from "../../support/redis-server.ts";
import { type KindName, redisIn } from "./kinds.ts";

export interface Storage {
  /** Comes with the death of the server that uses it. */
  fail(): Promise<void>;
  stop(): Promise<unknown>;
}

type Start = (folder: string) => Promise<Storage>;

function pointTo(folder: string, { socket }: RedisServer) {
  rmSync(redisIn(folder), { force: true });
  symlinkSync(socket, redisIn(folder));
}

const lasting: Start = async (folder) => {
  const server = await RedisServer.start();
  pointTo(folder, server);
  return { fail: async () => {}, stop: () => server.stop() };
};

/** It starts again with what is in its file. */
const killed: Start = async (folder) => {
  const server = await RedisServer.start({ appendfsync: "always" });
  pointTo(folder, server);
  return {
    async fail() {
      await server.kill();
      await server.begin();
    },
    stop: () => server.stop(),
  };
};

async function replicaOf(primary: RedisServer): Promise<RedisServer> {
  const replica = await RedisServer.start();
  await replica.follow(primary);
  return replica;
}

/** Nothing of it comes back: its replica goes on in its place, and has one of its own. */
const replaced: Start = async (folder) => {
  let server = await RedisServer.start();
  let replica = await replicaOf(server);
  pointTo(folder, server);
  return {
    async fail() {
      await server.stop();
      await replica.admin.replicaof("NO", "ONE");
      pointTo(folder, replica);
      server = replica;
      replica = await replicaOf(server);
    },
    stop: () => Promise.all([server.stop(), replica.stop()]),
  };
};

export const storages: { readonly [Name in KindName]?: Start } = {
  redis: lasting,
  "redis that is killed, too": killed,
  "redis whose replica takes over": replaced,
};
