/** What load balancers ask: does the process live, and may it get requests? */
import type { ServerResponse } from "node:http";
import type { Backend } from "./backends/backend.ts";
import { inTime } from "./deadline.ts";
import type { HubTime } from "./hub/time.ts";

/** starting: stores are being loaded · closing: connections are drained. */
export type AppState = "starting" | "ready" | "failed" | "closing" | "closed";

/** Who asks a closing server comes back so much later, to another one. */
const RETRY_SECONDS = 1;

/** `/_violet/health`: 200 as long as the process answers. */
export function answerHealth(response: ServerResponse, state: AppState): void {
  answer(response, 200, state);
}

/** `/_violet/ready`: 200 while requests are welcome and storage takes commits, else 503. */
export async function answerReady(response: ServerResponse, app: Ready): Promise<void> {
  const isUnwell = app.state === "ready" && !(await app.storage.isWell());
  const { state } = app;
  if (isUnwell && state === "ready") answer(response, 503, "storage");
  else answer(response, state === "ready" ? 200 : 503, state);
}

interface Ready {
  readonly state: AppState;
  readonly storage: StorageHealth;
}

/** Whoever asks more often than once in so many milliseconds gets what was answered before. */
const KEPT_MS = 1000;
/** What answers no sooner is as good as gone for those who choose among servers. */
const CHECK_MS = 2000;

/** Whether storage takes commits. It is asked when somebody wants to know. */
export class StorageHealth {
  readonly #backend: Backend;
  readonly #time: HubTime;
  readonly #report: (error: unknown) => void;
  #known: Promise<boolean> | undefined;

  constructor(backend: Backend, time: HubTime, report: (error: unknown) => void) {
    this.#backend = backend;
    this.#time = time;
    this.#report = report;
  }

  isWell(): Promise<boolean> {
    return (this.#known ??= this.#look());
  }

  async #look(): Promise<boolean> {
    try {
      await inTime(this.#backend.check(), { what: "The storage", handlerMs: CHECK_MS, time: this.#time });
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    } finally {
      this.#time.after(KEPT_MS, () => {
        this.#known = undefined;
      });
    }
  }
}

/** In place of everything else from `close()` on, so that whoever balances the load asks another server. */
export function answerClosed(response: ServerResponse): void {
  const headers = { "Cache-Control": "no-store", "Content-Type": "text/plain" };
  response.writeHead(503, { ...headers, Connection: "close", "Retry-After": RETRY_SECONDS });
  response.end("This server is closing. Try again.");
}

function answer(response: ServerResponse, status: number, state: AppState | "storage"): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify({ status: state }));
}
