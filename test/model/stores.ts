/** The stores of the model: nearly one state, and all ways in which a store can be defined. */
import { array, type Infer, integer, number, object, record, size, string } from "superstruct";
import type { Client, Definition } from "../../src/state/definition.ts";
import { move } from "../../src/state/helpers.ts";
import type { Json, JsonObject } from "../../src/state/json.ts";
import { shared } from "../../src/state/shared.ts";
import { definitionOf } from "../../src/state/store.ts";
import type { ActionMaker } from "../../src/state/types.ts";

const Mark = object({ id: string(), by: number() });
export type Mark = Infer<typeof Mark>;
const Part = object({ id: string(), n: number() });
const Item = object({ id: string(), text: string(), n: number(), sub: array(Part) });

const MAX_ITEMS = 6;

/** The pages; each batch that counts adds one to its page's number in the state. */
export const pages = ["c0", "c1", "c2", "c3"] as const;

/** Actions that do not count: one may throw, the other may come to nothing. */
export const uncounted: ReadonlySet<string> = new Set(["spend", "clear"]);

const State = object({
  c0: number(),
  c1: number(),
  c2: number(),
  c3: number(),
  /** Only appended to. */
  log: array(Mark),
  /** The sum of what is in the log, each written together with its entry. */
  sum: number(),
  items: size(array(Item), 0, MAX_ITEMS),
  tags: array(string()),
  balance: integer(),
  /** How often somebody spent, in one digit: it never makes the state longer. */
  spent: integer(),
  title: string(),
  flags: record(string(), number()),
  round: number(),
});
export type State = Infer<typeof State>;

const initial = (): State => ({
  c0: 0,
  c1: 0,
  c2: 0,
  c3: 0,
  log: [],
  sum: 0,
  items: [],
  tags: ["a", "b", "c"],
  balance: 3,
  spent: 0,
  title: "",
  flags: { x: 1 },
  round: 0,
});

/** The server acts, too, and has no number. */
function tick(state: State, { id }: Client) {
  if (id in state) state[id as (typeof pages)[number]]++;
}

const actions = (action: ActionMaker<State>) => ({
  add: action([string(), number()], (state, id, by, { client }) => {
    state.log.push({ id, by });
    state.sum += by;
    tick(state, client);
  }),
  /** Refused when others spent first. */
  spend: action([string()], (state) => {
    if (!state.balance) throw new Error("nothing left");
    state.balance -= 1;
    state.spent = (state.spent + 1) % 8;
  }),
  /** Depends on all that came before it. */
  double: action([string()], (state, id, { client, now, random }) => {
    const text = `${state.items.length} ${now()} ${random()}`;
    state.items.push({ id, text, n: state.log.length, sub: [] });
    while (state.items.length > 5) state.items.shift();
    tick(state, client);
  }),
  /** Edits inside of an item, or in its list, of which the other side may have another one. */
  edit: action([string()], (state, id, { client, random }) => {
    const [item] = state.items.filter(({ n }) => n <= random() * 9);
    // What the server will refuse may be shown here; nobody can add to it.
    if (state.items.length > MAX_ITEMS) state.title = id;
    else if (item) {
      item.n++;
      item.sub.push({ id, n: item.sub.length });
      if (item.sub.length > 2) move(item.sub, 2, 0);
    } else state.items.sort((a, b) => a.n - b.n);
    tick(state, client);
  }),
  /** Most often there is nothing to do. */
  clear: action([string()], (state) => {
    if (state.tags.length > 6) state.tags.splice(2, 3);
  }),
  /** Nobody may. */
  refused: action([string()], (state, id, { client }) => {
    state.tags.push(id);
    tick(state, client);
  }),
});

/** Nothing goes out before it has answered. */
const read = async () => true;
const write = (_: Client, { action }: { action?: string }) => action !== "refused";
const options = { state: State, initial, serverOnly: ["round"] as const };

/** What a client of the store `seen` sees: its own items and those that nobody hides. */
export const viewOf = (state: State, client: Client): State => ({
  ...state,
  items: state.items.filter(({ id }) => id.length % 2 === 0 || id.startsWith(client.id)),
});

export const stores: readonly Definition[] = [
  shared("raw", options),
  shared("mixed", { ...options, actions, access: { write } }),
  shared("calm", { ...options, actions, access: { write }, optimistic: false }),
  shared("seen", { ...options, actions, access: { read, write, view: viewOf } }),
  shared("boxed", { state: array(Mark), initial: (): Mark[] => [], access: { read } }),
].map(definitionOf);

/** What a store begins with. */
export function initialOf({ initial }: Definition): JsonObject {
  const state = initial() as Json;
  return Array.isArray(state) ? { value: state } : (state as JsonObject);
}

export const isBoxed = (state: JsonObject): boolean => "value" in state;

export const logOf = (state: JsonObject): readonly Mark[] =>
  (isBoxed(state) ? state.value : state.log) as unknown as Mark[];

/** How many batches of a page are in a state. */
export const ticksOf = (state: JsonObject, page: string): number =>
  isBoxed(state)
    ? logOf(state).filter(({ id }) => id.startsWith(`${page}-`)).length
    : (state[page] as number);
