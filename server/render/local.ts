/** A local store as a page is rendered with it: `initial` for this request, or what its cookie kept. */
import type { IncomingMessage } from "node:http";
import { parseCookie } from "cookie";
import type { Definition } from "../../src/state/definition.ts";
import { type Json, type JsonObject, plain } from "../../src/state/json.ts";
import type { LocalRequest } from "../../src/state/local.ts";
import { cookieName, decode } from "../../src/state/persist.ts";
import { urlOf } from "../url.ts";
import type { Look } from "./render-store.ts";

export function renderLocal(definition: Definition, request: IncomingMessage): Look {
  const cookies = parseCookie(request.headers.cookie ?? "");
  const about: LocalRequest = { url: urlOf(request), cookies };
  const cookie = definition.persist === "cookie" ? cookies[cookieName(definition.name)] : undefined;
  const value = readKept(definition, cookie) ?? plain(definition.initial(about), definition.name);
  const boxed = typeof value !== "object" || value === null || Array.isArray(value);
  return { boxed, value: boxed ? { value } : (value as JsonObject) };
}

/** A cookie is whatever the browser sends: what does not fit counts as not there. */
function readKept(definition: Definition, cookie: string | undefined): Json | undefined {
  try {
    return cookie === undefined ? undefined : decode(definition, cookie);
  } catch {
    return undefined;
  }
}
