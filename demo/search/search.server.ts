import { setTimeout as pause } from "node:timers/promises";
import { size, string } from "superstruct";
import { server } from "violet-live/server";

const names = new Intl.DisplayNames("en", { type: "currency" });
const currencies = Intl.supportedValuesOf("currency").map((code) => ({ code, name: names.of(code) ?? code }));
export type Currency = (typeof currencies)[number];

const MAX_FOUND = 12;

/** The currencies with this text in their code or name. It takes the time of a database; who gives up stops it. */
export const search = server.rpc([size(string(), 1, 60)], async (query, { signal }) => {
  await pause(150, undefined, { signal });
  // The log gets the text of this error; the browser learns that something failed.
  if (query === "oops") throw new Error("nobody answers at currencies.internal:5432");
  const text = query.toLowerCase();
  const all = currencies.filter(({ code, name }) => `${code} ${name}`.toLowerCase().includes(text));
  return { count: all.length, found: all.slice(0, MAX_FOUND) };
});
