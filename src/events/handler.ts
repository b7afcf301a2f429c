import { CHECKED } from "#dev";
import { refusalOf } from "../state/struct.ts";
import { takeArguments } from "../state/validation.ts";
import type { Method } from "./callback.ts";
import { type Mark, markOf } from "./marks.ts";
import { misuse } from "./misuse.ts";

/** A function as it is bound: with the arguments that `on` gave it. */
export interface Bound {
  readonly handler: unknown;
  readonly args: readonly unknown[];
}

/** A call with its arguments; `event` is the one that is handed out. */
export type Prepared = (event: Event) => unknown;

/**
 * Throws when what is bound to an event of that type has no mark; in development and on the server also when an argument that it
 * declares as required can not come: the mistake shows when the template renders, not when somebody clicks.
 */
export function checkBound({ handler, args }: Bound, type: string, where: () => string): void {
  const mark = markOf(handler) ?? misuse("E_UNMARKED", where(), CHECKED && about(handler));
  if (CHECKED && requiredCount(mark) > (args.length || Number(takesFields(mark, type))))
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

/** A form whose submit calls a live callback: without JavaScript the browser sends it, and only then. */
export const isSentBy = ({ handler }: Bound, { type }: Event): boolean =>
  type === "submit" && markOf(handler)?.kind === "live";

const takesFields = ({ kind }: Mark, type: string) => kind !== "callback" && type === "submit";

/**
 * What a handler is called with, taken while the event is dispatched: the arguments of `on`, else the submitted
 * form's fields, else none; declared ones are checked, coerced from text and filled up with `undefined`. A plain
 * callback gets `event` after them. `self` is the handler's `this`.
 */
export function prepare({ handler, args }: Bound, event: Event, self: unknown): Prepared {
  const fn = handler as Method;
  const mark = markOf(fn) as Mark;
  const { kind, structs, takes = structs?.length } = mark;
  let given = args;
  if (!given.length && takesFields(mark, event.type)) given = fieldsOf(event as SubmitEvent).slice(0, takes);
  given = structs ? takeArguments(structs, given, fn.name) : [...given];
  return (late) => fn.call(self, ...given, ...(kind === "callback" ? [late] : []));
}

/** The form's fields as one object: a name that comes more than once gives an array. */
function fieldsOf({ target, submitter }: SubmitEvent): readonly unknown[] {
  if (!(target instanceof HTMLFormElement)) return [];
  const data = new FormData(target, submitter);
  return [
    Object.fromEntries(
      [...data.keys()].map((name) => {
        const [value, ...more] = data.getAll(name);
        return [name, more.length ? [value, ...more] : value];
      }),
    ),
  ];
}
