import { currentHost } from "../events/host.ts";

const warned = new Set<string>();

/** Warns of what a template shows as a text that nobody means. Development only; once for each element and kind. */
export function checkShown(value: unknown, isData: boolean): void {
  const isPromise = value instanceof Promise;
  if (!isPromise && !isData) return;
  const host = currentHost();
  const where = host ? `<${host}>` : "a template";
  const message = isPromise
    ? `${where} shows a promise, which is "[object Promise]". Take what it gives: until(promise), or wait for it before.`
    : `${where} shows an object, which is "[object Object]". Show a part of it, or JSON.stringify() it.`;
  if (warned.has(message)) return;
  warned.add(message);
  console.warn(`violet: ${message}`);
}
