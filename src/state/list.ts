/**
 * What the array methods of a list's handle record: push, pop, shift, unshift and splice are one splice; sort and
 * reverse are moves, so that elements stay who they are. All other methods run natively through the handle.
 */
import { fail } from "../errors.ts";
import type { Handle } from "./handle.ts";
import { increasing } from "./increasing.ts";
import { type Json, plain } from "./json.ts";
import { handleOf, rawOf } from "./self.ts";

type List = readonly unknown[];
type Compare = (a: unknown, b: unknown) => number;

const handleTo = (list: List) => handleOf(list) as Handle;
/** Of a handle whose list is gone `path` throws E_GONE. */
const elements = (handle: Handle) => (handle.node ?? handle.path) as unknown as readonly Json[];

/** Gives copies of what it removed: they are nobody's, may be changed and put back. */
function splice(handle: Handle, start: number, count: number, items: List = []): Json[] {
  const all = elements(handle);
  const at = start < 0 ? Math.max(all.length + start, 0) : Math.min(start, all.length);
  const removed = all.slice(at, at + count);
  const inserted = items.map((item, index) => handle.take(item, at + index));
  if (inserted.length) handle.write("splice", at, removed.length, inserted);
  else if (removed.length) handle.write("splice", at, removed.length);
  return removed.map((value) => plain(value, ""));
}

/** An assignment to a list's index or length. */
export function setInList(handle: Handle, key: string, value: unknown): void {
  const { length } = elements(handle);
  const index = Number(key) >>> 0;
  const size = Number(value) >>> 0;
  if (key === "length" && size === value && size <= length) splice(handle, size, length);
  else if (key !== String(index) || index > length)
    fail("E_BAD_PATH", { store: handle.core.name, path: [...handle.path, key] });
  else if (index === length) splice(handle, index, 0, [value]);
  else handle.write("set", index, handle.take(value, index));
}

/**
 * Moves the elements into another order, as few as possible. `compare` gets their indices, and their values as they are
 * inside of the transaction: where writes wait for the server, those before it are no longer seen there.
 */
function arrange(list: List, compare: (a: number, b: number, values: List) => number): List {
  const handle = handleTo(list);
  handle.core.transaction(() => {
    const values = [...list];
    const now = [...elements(handle).keys()];
    const order = now.toSorted((a, b) => compare(a, b, values));
    const staying = increasing(order);
    order.forEach((element, rank) => {
      if (staying.has(rank)) return;
      const from = now.indexOf(element);
      now.splice(from, 1);
      const to = rank && now.indexOf(order[rank - 1] as number) + 1;
      now.splice(to, 0, element);
      if (from !== to) handle.write("move", from, to);
    });
  });
  return list;
}

const byText: Compare = (a, b) => (String(a) < String(b) ? -1 : Number(String(a) > String(b)));

const whole = (value: number) => Math.trunc(value) || 0;

const methods: Record<string, (this: List, ...args: never[]) => unknown> = {
  pop() {
    return splice(handleTo(this), -1, 1)[0];
  },
  shift() {
    return splice(handleTo(this), 0, 1)[0];
  },
  splice(...args: [start: number, count: number, ...items: unknown[]]) {
    const [start, count, ...items] = args;
    // Without a count all that follows is removed; an undefined one removes nothing.
    const most = args.length === 1 ? Infinity : Math.max(whole(count), 0);
    return splice(handleTo(this), whole(start), most, items);
  },
  sort(compare: Compare = byText) {
    return arrange(this, (a, b, values) => compare(values[a], values[b]));
  },
  reverse() {
    return arrange(this, (a, b) => b - a);
  },
};

for (const [name, start] of [
  ["push", Infinity],
  ["unshift", 0],
] as const) {
  methods[name] = function (...items: List) {
    const handle = handleTo(this);
    splice(handle, start, 0, items);
    return elements(handle).length;
  };
}

for (const name of ["indexOf", "lastIndexOf", "includes"] as const) {
  methods[name] = function (item: unknown, ...from: never[]) {
    return (rawOf(handleTo(this).seen()) as unknown[])[name](rawOf(item), ...from);
  };
}

/** What the proxies of lists stand on: an array with these methods of its own. */
export const emptyList: object = Object.assign([], methods);
