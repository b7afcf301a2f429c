/** The stores of the model: one state, and all ways in which a store can be written to. */
import { array, type Infer, integer, number, object, record, size, string } from "superstruct";
import type { Client, Definition } from "../../src/state/definition.ts";
import { shared } from "../../src/state/shared.ts";
import { definitionOf } from "../../src/state/store.ts";
import type { ActionMaker } from "../../src/state/types.ts";

const Mark = object({ id: string(), by: number() });
const Item = object({ id: string(), text: string(), n: number(), sub: array(object({ id: string() })) });

const State = object({
  /** Only appended to. */
  log: array(Mark),
  /** The sum of what is in the log, each written together with its entry. */
  sum: number(),
  items: size(array(Item), 0, 6),
  tags: array(string()),
  total: number(),
  balance: integer(),
  title: string(),
  flags: record(string(), number()),
  round: number(),
});
export type State = Infer<typeof State>;

const initial = (): State => ({
  log: [],
  sum: 0,
  items: [],
  tags: ["a", "b", "c"],
  total: 0,
  balance: 3,
  title: "",
  flags: { x: 1 },
  round: 0,
});

const actions = (action: ActionMaker<State>) => ({
  add: action([string(), number()], (state, id, by) => {
    state.log.push({ id, by });
    state.sum += by;
  }),
  /** Refused when others spent first. */
  spend: action([string()], (state, id) => {
    if (!state.balance) throw new Error("nothing left");
    state.balance -= 1;
    state.items.unshift({ id, text: "bought", n: 0, sub: [] });
    state.round++;
  }),
  /** Depends on all that came before it. */
  double: action([string()], (state, id, { now, random }) => {
    state.items.push({
      id,
      text: `${state.items.length} ${now()} ${random()}`,
      n: state.log.length,
      sub: [],
    });
    if (state.items.length > 4) state.items.shift();
  }),
  refused: action([string()], (state, id) => {
    state.items.push({ id, text: "never", n: 0, sub: [] });
  }),
});

const write = (_: Client, { action }: { action?: string }) => action !== "refused";

const raw = shared("raw", { state: State, initial, serverOnly: ["round"] });
const mixed = shared("mixed", { state: State, initial, serverOnly: ["round"], actions, access: { write } });
const calm = shared("calm", {
  state: State,
  initial,
  serverOnly: ["round"],
  actions,
  access: { write },
  optimistic: false,
});

/** What a client of the store `seen` sees: its own items and those that nobody hides. */
export const viewOf = (state: State, client: Client): State => ({
  ...state,
  items: state.items.filter(({ id }) => id.length % 2 === 0 || id.startsWith(client.id)),
});
const seen = shared("seen", {
  state: State,
  initial,
  serverOnly: ["round"],
  actions,
  access: { write, view: viewOf },
});

export const stores: readonly Definition[] = [raw, mixed, calm, seen].map(definitionOf);
