import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** An upgrade that is answered with this status. */
export interface Refusal {
  readonly status: number;
  readonly retryAfterMs?: number;
}

export function refuse(socket: Duplex, { status, retryAfterMs }: Refusal): void {
  const wait = retryAfterMs ? `Retry-After: ${Math.ceil(retryAfterMs / 1000)}\r\n` : "";
  // Ended is half of it: who never ends the other half would keep it open.
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}\r\n${wait}Connection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
