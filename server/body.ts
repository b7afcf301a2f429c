import type { IncomingMessage } from "node:http";
import { VioletError } from "../src/errors.ts";

/** A request's body. Rejects with E_TOO_BIG as soon as it is too long, with E_NETWORK where its sender leaves before its end. */
export function bytesOf(request: IncomingMessage, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer<ArrayBuffer>>();
  const chunks: Buffer<ArrayBuffer>[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer<ArrayBuffer>) => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      request.pause();
      reject(new VioletError("E_TOO_BIG", { expected: `up to ${maxBytes} bytes` }));
    } else chunks.push(chunk);
  });
  request.on("end", () => {
    const [only = Buffer.alloc(0)] = chunks;
    resolve(chunks.length > 1 ? Buffer.concat(chunks) : only);
  });
  const left = (cause?: unknown) => reject(new VioletError("E_NETWORK", {}, { origin: "network", cause }));
  request.on("error", left);
  // It may have gone before anybody listened.
  if (request.destroyed) left();
  return promise;
}
