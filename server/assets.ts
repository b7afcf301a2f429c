/** Files of the package and texts made at run time, with the headers that let browsers keep them. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";

export interface Asset {
  readonly text: string;
  readonly type: "text/css" | "text/javascript" | "application/json";
  /** Its URL changes with it: browsers need not ask again. Default false: they ask, and learn that it is the same. */
  readonly immutable?: boolean;
}

export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  { text, type, immutable }: Asset,
): void {
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  response.setHeader("ETag", etag);
  response.setHeader("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "public, no-cache");
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Content-Type", `${type}; charset=utf-8`);
  // A proxy that compresses makes it a weak one.
  if (request.headers["if-none-match"]?.replace(/^W\//, "") === etag) {
    response.statusCode = 304;
    return void response.end();
  }
  response.end(text);
}

/** From the sources as from lib/, the package's own folder is the first above that has dist/. */
const folders = ["../dist/", "../../dist/"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

interface Kept {
  readonly text: string;
  readonly changedAt: number;
}

const kept = new Map<string, Kept>();

/** A built file of the package. In development it may be built anew while the server runs. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  for (const folder of folders) {
    const found = await read(folder + name);
    if (found) return sendText(request, response, { text: found.text, type: typeOf(name) });
  }
  response.writeHead(404, { "Content-Type": "text/plain" });
  response.end(`${name} is not built: npm run build`);
}

const typeOf = (name: string): Asset["type"] =>
  name.endsWith(".js") ? "text/javascript" : "application/json";

async function read(file: string): Promise<Kept | undefined> {
  const changedAt = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  if (changedAt === undefined) return undefined;
  const known = kept.get(file);
  if (known?.changedAt === changedAt) return known;
  const fresh = { text: await readFile(file, "utf8"), changedAt };
  kept.set(file, fresh);
  return fresh;
}
