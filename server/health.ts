/** What load balancers ask: does the process live, and may it get requests? */
import type { ServerResponse } from "node:http";

/** starting: stores are being loaded · closing: connections are drained. */
export type AppState = "starting" | "ready" | "failed" | "closing" | "closed";

/** Who asks a closing server comes back so much later, to another one. */
const RETRY_SECONDS = 1;

/** `/_violet/health`: 200 as long as the process answers. */
export function answerHealth(response: ServerResponse, state: AppState): void {
  answer(response, 200, state);
}

/** `/_violet/ready`: 200 while requests are welcome, else 503. */
export function answerReady(response: ServerResponse, state: AppState): void {
  answer(response, state === "ready" ? 200 : 503, state);
}

/** In place of everything else from `close()` on, so that whoever balances the load asks another server. */
export function answerClosed(response: ServerResponse): void {
  const headers = { "Cache-Control": "no-store", "Content-Type": "text/plain" };
  response.writeHead(503, { ...headers, Connection: "close", "Retry-After": RETRY_SECONDS });
  response.end("This server is closing. Try again.");
}

function answer(response: ServerResponse, status: number, state: AppState): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify({ status: state }));
}
