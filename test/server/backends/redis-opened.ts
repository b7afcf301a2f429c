import { type RedisBackend, type RedisOptions, redis } from "../../../server/backends/redis.ts";
import { afterEach } from "../../support/suite.ts";

const open: RedisBackend[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.close()));
});

/** It is closed at the end of the test. */
export function opened(url: string, options?: RedisOptions): RedisBackend {
  const backend = redis(url, options);
  open.push(backend);
  return backend;
}

/** Where a state is, in the part of Redis that is Violet's by default. */
export const keyOf = (store: string): string => `violet:{${JSON.stringify(store)}}`;
