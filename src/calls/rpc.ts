import { DEV } from "#dev";
import { latency } from "../dev/latency.ts";
import { errorOf, fail, type ToldError } from "../errors.ts";
import { plainArguments } from "../state/validation.ts";
import type { CallOptions } from "./types.ts";

/** Who calls: a page's runtime. */
export interface Caller {
  readonly origin: string;
  /** What a request proves itself with. */
  credentials(): Record<string, string>;
  renew(): Promise<void>;
  wait(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

interface Answer extends Partial<ToldError> {
  readonly result?: unknown;
  readonly retryAfterMs?: number;
}

/** A call is sent so many times in all, each after a longer wait. */
const MAX_TRIES = 5;
const WAIT_MS = 1000;

/**
 * Calls a function of the server over HTTP. Rejects with the server's error (its `code` and `field`), with E_NETWORK, with
 * E_FORBIDDEN where something before Violet sends the call away, with E_NOT_JSON, or with the reason of the signal. Without an id nothing is sent twice that may have run.
 */
export async function callServer(
  caller: Caller,
  name: string,
  args: readonly unknown[],
  { signal, id }: CallOptions = {},
): Promise<unknown> {
  const body = JSON.stringify({ args: plainArguments(args, name), id });
  let isRenewed = false;
  for (let tries = 1; ; tries++) {
    if (DEV) await latency.request();
    const answer = await post(caller, name, body, signal);
    if (DEV) await latency.answer();
    const { result, code, retryAfterMs } = answer;
    if (code === undefined) return result;
    // It did not run: the token had its time.
    if (code === "E_CSRF" && !isRenewed) {
      isRenewed = true;
      // Without a new one the server will say so again.
      await caller.renew().catch(() => {});
    } else if ((id !== undefined || code === "E_RATE") && retryAfterMs !== undefined && tries < MAX_TRIES)
      await caller.wait(Math.max(retryAfterMs, WAIT_MS * tries), signal);
    else if (code === "E_NETWORK") fail(code, { name }, { origin: "network" });
    else throw errorOf({ ...answer, code }, { store: name });
  }
}

async function post(caller: Caller, name: string, body: string, signal?: AbortSignal): Promise<Answer> {
  let status = 0;
  try {
    const response = await fetch(`${caller.origin}/_violet/rpc/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...caller.credentials() },
      body,
      ...(signal && { signal }),
    });
    ({ status } = response);
    const answer = (await response.json()) as Answer;
    if (response.ok || answer.code) return answer;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof SyntaxError)) status = 0;
  }
  // Somebody else has answered: a login says no, a proxy that it has no server.
  return status && status < 500 ? { code: "E_FORBIDDEN" } : { code: "E_NETWORK", retryAfterMs: WAIT_MS };
}
