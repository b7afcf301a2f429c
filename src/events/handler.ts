import { CHECKED, DEV } from "#dev";
import { checkReset } from "../dev/no-reset.ts";
import { refusalOf } from "../state/struct.ts";
import { takeArguments } from "../state/validation.ts";
import type { Method } from "./callback.ts";
import { HIDDEN } from "./controls.ts";
import { type Mark, markOf } from "./marks.ts";
import { misuse } from "./misuse.ts";

/** A function as it is bound: with the arguments that `on`, or a call's list, gave it. */
export interface Bound {
  readonly handler: unknown;
  readonly args?: readonly unknown[] | undefined;
}

/** A call with its arguments; `event` is the one that is handed out. */
export type Prepared = (event: Event) => unknown;

/**
 * Throws when what is bound to an event of that type has no mark; in development and on the server also when an argument that it
 * declares as required can not come: the mistake shows when the template renders, not when somebody clicks.
 */
export function checkBound({ handler, args }: Bound, type: string, where: () => string): void {
  const mark = markOf(handler) ?? misuse("E_UNMARKED", where(), CHECKED && about(handler));
  if (CHECKED && requiredCount(mark) > (args?.length ?? Number(takesFields(mark, type))))
    misuse("E_ARGUMENTS", where(), about(handler));
}

/** A bound function lost its mark, and is called "bound submit". */
const about = (handler: unknown) => ({
  name: (handler as Method).name?.replace(/^bound /, "") ?? "",
  got: typeof handler,
});
const requiredCounts = new WeakMap<Mark, number>();

/** How many arguments must be given. A struct with a default takes `undefined` too. */
function requiredCount(mark: Mark): number {
  const { structs = [] } = mark;
  const count =
    requiredCounts.get(mark) ?? structs.findLastIndex((struct) => refusalOf(struct, undefined, true)) + 1;
  requiredCounts.set(mark, count);
  return count;
}

/** A form whose submit calls a live callback: the browser sends it where there is no JavaScript, or the component has ended. */
export function isSentBy({ handler }: Bound, { type }: Event): boolean {
  const { kind, isOver } = markOf(handler) as Mark;
  return type === "submit" && kind === "live" && !isOver;
}

const takesFields = ({ kind }: Mark, type: string) => kind !== "callback" && type === "submit";

/**
 * What a handler is called with, taken while the event is dispatched: the arguments it is bound with, else the submitted
 * form's fields, else none; declared ones are checked, coerced from text and filled up with `undefined`. A plain
 * callback gets `event` after them. `self` is the handler's `this`.
 */
export function prepare({ handler, args }: Bound, event: Event, self: unknown): Prepared {
  const fn = handler as Method;
  const mark = markOf(fn) as Mark;
  const { kind, structs, takes = structs?.length } = mark;
  let given = args ?? [];
  if (!args && takesFields(mark, event.type)) given = fieldsOf(event as SubmitEvent).slice(0, takes);
  given = structs ? takeArguments(structs, given, fn.name) : [...given];
  const call = (late?: Event) => fn.call(self, ...given, ...(kind === "callback" ? [late] : []));
  if (DEV && event.type === "submit" && !mark.submitted) checkReset(event);
  return mark.submitted?.(event, call) ?? call;
}

/** The form's fields as one object. */
function fieldsOf(event: SubmitEvent): readonly unknown[] {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return [];
  const data = dataOf(form, event);
  return [Object.fromEntries([...data.keys()].map((name) => [name, fieldOf(data, name)]))];
}

/** What the form would send: with the button that submits it. */
export function dataOf(form: HTMLFormElement, { target, submitter }: SubmitEvent): FormData {
  const data = new FormData(form, target === form ? submitter : null);
  data.delete(HIDDEN);
  // Where no file was chosen, browsers give one without a name.
  const isNone = (value: FormDataEntryValue) => (value as File).name === "";
  for (const name of [...data.keys()]) if (data.getAll(name).every(isNone)) data.delete(name);
  return data;
}

/** A name that comes more than once gives an array, one that does not come `undefined`. */
export function fieldOf(data: FormData, name: string): unknown {
  const [value, ...more] = data.getAll(name);
  return more.length ? [value, ...more] : value;
}
