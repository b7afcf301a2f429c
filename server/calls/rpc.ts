/** `POST /_violet/rpc/NAME`: a browser calls a function of the server and gets its answer. */
import { hash } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { CallableFunction } from "../../src/calls/callable.ts";
import { type ErrorCode, fail, VioletError } from "../../src/errors.ts";
import { plain } from "../../src/state/json.ts";
import { refusalOf } from "../../src/state/struct.ts";
import { takeArguments } from "../../src/state/validation.ts";
import { MAX_ARGUMENTS } from "../../src/wire/protocol.ts";
import type { App } from "../app.ts";
import { bytesOf } from "../body.ts";
import { inTime, isAwaitable } from "../deadline.ts";
import { parseChecked } from "../hub/reading.ts";
import type { Facts } from "../logger.ts";
import { WaitedFor } from "./context.ts";
import type { CallContext } from "./functions.ts";
import { TooManyCalls } from "./rates.ts";
import type { Outcome } from "./results.ts";
import { toldByApps } from "./told.ts";

interface Body {
  readonly args: readonly unknown[];
  readonly id?: string;
}

/** What each error is to HTTP. Any other is the app's own: a 500, of which the caller learns no more. */
export const statuses: Partial<Record<ErrorCode, number>> = {
  E_BAD_KEY: 400,
  E_BAD_MESSAGE: 400,
  // Nobody is there to be told.
  E_NETWORK: 400,
  E_TOO_DEEP: 400,
  E_VALIDATION: 400,
  E_CSRF: 403,
  E_FORBIDDEN: 403,
  E_ORIGIN: 403,
  E_UNKNOWN_CALLABLE: 404,
  E_METHOD: 405,
  E_CALL_ID: 409,
  E_TOO_BIG: 413,
  E_CONTENT_TYPE: 415,
  E_UPLOAD: 415,
  E_RATE: 429,
  E_UNAVAILABLE: 503,
};
const toldByCalls: ReadonlySet<string> = new Set(Object.keys(statuses));

/** One call. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the answer, besides those that say what it is. All are written at once: one by one they cost more. */
  readonly headers: OutgoingHttpHeaders;
  readonly name: string;
}

/** Answers one call; whatever happens, by JSON. */
export async function answerCall(app: App, exchange: Exchange): Promise<void> {
  const { request, response, headers, name } = exchange;
  const { status, body, retryAfterMs } = await outcomeOf(app, exchange).catch((error: unknown) =>
    failed(app, error, { function: name }),
  );
  // Its caller has left, or the app's session middleware has answered.
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    ...headers,
    ...(retryAfterMs && { "Retry-After": Math.ceil(retryAfterMs / 1000) }),
    ...(status === 405 && { Allow: "POST, OPTIONS" }),
    // What is left of a body that was not read would be taken for the next request.
    ...(!request.complete && { Connection: "close" }),
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(body);
}

async function outcomeOf(app: App, { request, response, name }: Exchange): Promise<Outcome> {
  if (request.method !== "POST") fail("E_METHOD", { name, expected: "POST" });
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) fail("E_CONTENT_TYPE");
  const { client, session, counted } = await app.door.caller(request, response);
  app.callRates.take(counted);
  const callable = app.registry.find(name, "rpc");
  const { args, id } = bodyOf(await textOf(request, app.settings.maxMessageBytes), app);
  const taken = takeArguments(callable.structs, args, name);
  // Who repeats a call with an id may still come for what it gave: it goes on, whoever left and however long it takes.
  const context = new WaitedFor(client, session, id === undefined ? response : undefined);
  const run = () => answer(app, callable, { name, args: taken, context });
  const once = async () => run();
  const outcome =
    id === undefined ? run() : app.results.once(`${client.id} ${id}`, digestOf(name, args), once);
  if (!outcome) fail("E_CALL_ID", { name });
  if (!isAwaitable(outcome)) return outcome;
  return inTime(outcome, {
    what: `The function "${name}"`,
    report(error) {
      app.report(error, "a function is late", { function: name, client: client.id });
      context.late();
    },
    handlerMs: app.settings.limits.handlerMs,
  });
}

const digestOf = (...called: readonly unknown[]): string =>
  hash("sha256", JSON.stringify(called), "base64url");

interface Called {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly context: CallContext;
}

/** What the function gives or throws, as an answer: at once, where it gives it at once. */
function answer(
  app: App,
  { run, result }: CallableFunction,
  { name, args, context }: Called,
): Outcome | Promise<Outcome> {
  const threw = (error: unknown): Outcome =>
    // Who left is told nothing, and what the function made of that is no fault of it.
    context.signal.aborted
      ? GONE
      : failed(app, error, { function: name, client: context.client.id }, toldByApps);
  const gave = (given: unknown): Outcome => {
    const refusal = result && refusalOf(result, given);
    if (refusal)
      throw new TypeError(`"${name}" gave what its struct refuses at "${refusal.path.join(".")}".`);
    return {
      status: 200,
      body: JSON.stringify({ result: given === undefined ? given : plain(given, name) }),
    };
  };
  try {
    const call = () => (run as (...args: readonly unknown[]) => unknown)(...args, context);
    const given = app.within(context.client, call, context.session);
    return isAwaitable(given) ? Promise.resolve(given).then(gave).catch(threw) : gave(given);
  } catch (error) {
    return threw(error);
  }
}

/** A caller learns of an error what its code says, and no more. */
function failed(app: App, cause: unknown, facts: Facts, told = toldByCalls): Outcome {
  const known = cause instanceof VioletError && told.has(cause.code) ? cause : undefined;
  if (!known) app.report(cause, `the function "${facts.function}" failed`, facts);
  const { code, field, message } = known ?? new VioletError("E_INTERNAL");
  const status = statuses[code] ?? 500;
  // What a function itself threw is what it gave: who repeats the call would get the same again.
  const isLate = status === 503 && told !== toldByApps;
  const retryAfterMs = known instanceof TooManyCalls ? known.retryAfterMs : isLate ? RETRY_MS : undefined;
  const stack = known || app.settings.production ? undefined : (cause as Partial<Error> | undefined)?.stack;
  return {
    status,
    retryAfterMs,
    body: JSON.stringify({ type: "error", code, field, message, retryAfterMs, stack }),
  };
}

const RETRY_MS = 1000;
const GONE: Outcome = { status: 503, body: "{}" };

function bodyOf(text: string, { settings: { limits } }: App): Body {
  const body = parseChecked(text, limits);
  return isBody(body)
    ? body
    : fail("E_BAD_MESSAGE", { expected: `{ args: up to ${MAX_ARGUMENTS}, id?: a text }` });
}

/** By hand: structs for so little would cost as much as to read it. */
function isBody(body: unknown): body is Body {
  const { args, id = "none", ...others } = (body ?? {}) as Record<string, unknown>;
  const isId = typeof id === "string" && id.length > 0 && id.length <= MAX_ID_LETTERS;
  const areArgs = Array.isArray(args) && args.length <= MAX_ARGUMENTS;
  return isId && areArgs && Object.keys(others).length === 0;
}

const MAX_ID_LETTERS = 128;

/**
 * A request's body. Rejects with E_TOO_BIG as soon as it is too long. Where the site has a parser of its own before the
 * middleware (`express.json()`) there is nothing left to read: then it is what that made of it.
 */
async function textOf(request: IncomingMessage, maxBytes: number): Promise<string> {
  if (!request.readableEnded) return String(await bytesOf(request, maxBytes));
  const text = JSON.stringify((request as Parsed).body ?? null);
  if (Buffer.byteLength(text) > maxBytes) fail("E_TOO_BIG", { expected: `up to ${maxBytes} bytes` });
  return text;
}

type Parsed = IncomingMessage & { readonly body?: unknown };
