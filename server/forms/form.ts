/** `POST /_violet/form?PAGE`: a form of a live element, sent by a browser without JavaScript from the page of that address. */
import { hash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fail, VioletError } from "../../src/errors.ts";
import { plain } from "../../src/state/json.ts";
import { liveError, parseInstance } from "../../src/state/live.ts";
import type { App } from "../app.ts";
import { statuses } from "../calls/rpc.ts";
import type { Failure } from "../live/failure.ts";
import { sendError } from "../render/error.ts";
import { runAgain } from "./again.ts";
import { returnWith } from "./returned.ts";
import { type Fields, type Hidden, readForm, type SentForm } from "./sent.ts";

/** Runs the callback that the form names, and shows its page: by a redirect, or, where it is refused, at once and filled in. */
export async function answerForm(
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { method = "", url = "" } = request;
    // A form that came back is shown at this address: who asks for it again is led to its page.
    const isRead = /^(GET|HEAD)$/.test(method) && url.includes("?");
    if (method !== "POST" && !isRead) fail("E_METHOD", { name: "/_violet/form" });
    const address = ownAddress(url.slice(url.indexOf("?") + 1));
    if (isRead) return lead(response, address);
    if (!app.door.origins.allowsForm(request)) fail("E_ORIGIN");
    const form = await readForm(request, app.settings);
    const failure = await outcomeOf(app, { request, response }, { ...form, address });
    if (failure) return back(request, response, { form, address, failure });
    lead(response, address);
  } catch (error) {
    refuse(app, request, response, error);
  }
}

function lead(response: ServerResponse, address: string): void {
  response.writeHead(303, { Location: address, "Cache-Control": "no-store" });
  response.end();
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Placed extends SentForm {
  readonly address: string;
}

/** Undefined: the callback has run. */
async function outcomeOf(
  app: App,
  { request, response }: Exchange,
  { hidden, fields, address }: Placed,
): Promise<Failure | undefined> {
  const name = parseInstance(hidden.instance) ?? fail("E_BAD_MESSAGE", { path: ["instance"] });
  const component = app.instances.component(name.component);
  if (!component.options.fallback) fail("E_UNKNOWN_CALLABLE", { name: hidden.callback });
  try {
    const { client, session, counted } = await app.door.sender(request, response, hidden.csrf);
    app.callRates.take(counted);
    // Not before: who may not call is not told what there is.
    const callback = component.callback(hidden.callback);
    const args = argumentsOf(hidden, fields, callback.structs.length);
    const owner = { client, session, params: plain(hidden.params, "params") as typeof hidden.params };
    const [path = ""] = address.split("?", 1);
    const instance = await app.instances.openForForms(name, owner, { session: session.id, path });
    return await instance.run(hidden.callback, args, nameOf(hidden, args));
  } catch (error) {
    if (error instanceof VioletError && ["E_CSRF", "E_RATE"].includes(error.code)) return excuse(error);
    throw error;
  }
}

/** The page comes again with a token that holds, and with what was typed. */
const excuse = ({ code }: VioletError): Failure => ({
  code,
  field: undefined,
  message:
    code === "E_RATE"
      ? "Too much was sent in too short a time. Wait a moment, then send it again."
      : "This page was open for too long. Send it again.",
});

/** Those that the call names; else the fields as one object, where the callback takes an argument. */
function argumentsOf({ args }: Hidden, fields: Fields, takes: number): readonly unknown[] {
  const all = valuesOf(fields);
  if (!args) return takes ? [plain(Object.fromEntries(all), "form")] : [];
  return args.map(({ name, value }) => (name === undefined ? value : all.get(name)));
}

/** A name that comes more than once gives an array. */
function valuesOf(fields: Fields): ReadonlyMap<string, string | readonly string[]> {
  const byName = Array.from(
    Map.groupBy(fields, ([name]) => name),
    ([name, own]) => {
      const [value = "", ...more] = own.map(([, value]) => value);
      return [name, more.length ? [value, ...more] : value] as const;
    },
  );
  return new Map(byName);
}

/** By what a form is known that is sent once more: by a second click, or because its answer was lost. */
const nameOf = ({ once, callback, form }: Hidden, args: readonly unknown[]): string | undefined =>
  once && hash("sha256", JSON.stringify([once, callback, form, args]), "base64url");

/** An argument that was a field of the form is called by its name. */
function fieldOf(path: string, { args }: Hidden): string {
  const [index, ...inside] = path.split(".");
  const { name } = args?.[Number(index)] ?? {};
  return name === undefined ? path : [name, ...inside].join(".");
}

/** Path and query of a page of this host: nothing that leads elsewhere, or back here. Throws E_BAD_MESSAGE. */
function ownAddress(page: string): string {
  const base = "http://violet.invalid";
  const { origin, pathname, search } = URL.canParse(page, base) ? new URL(page, base) : {};
  const isOwn = page.startsWith("/") && origin === base && !/^\/(\/|_violet\/)/.test(pathname ?? "");
  return isOwn ? `${pathname}${search}` : fail("E_BAD_MESSAGE", { path: ["page"] });
}

interface Returned {
  readonly form: SentForm;
  readonly address: string;
  readonly failure: Failure;
}

function back(
  request: IncomingMessage,
  response: ServerResponse,
  { form, address, failure }: Returned,
): void {
  const { code } = failure;
  const { hidden } = form;
  const error = liveError(failure, hidden.callback, (path) => fieldOf(path, hidden));
  runAgain(request, response, {
    address,
    status: code === "E_VALIDATION" ? 422 : (statuses[code] ?? 500),
    prepare: (again) => returnWith(again, { ...form, error }),
  });
}

/** What no page can be shown for. */
function refuse(app: App, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const status = error instanceof VioletError ? statuses[error.code] : undefined;
  if (!status) app.report(error, "a form could not be taken");
  if (status === 405) response.setHeader("Allow", "POST");
  // What is left of a body that was not read would be taken for the next request.
  if (!request.complete) response.setHeader("Connection", "close");
  sendError(response, error, app.settings.production && !status, status);
}
