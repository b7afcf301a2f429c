import { array, integer, object, size, string } from "superstruct";
import { type Infer, local, shared } from "violet-live";

const Person = object({ id: string(), name: string() });
export type Person = Infer<typeof Person>;

/** Who has this page open. The server alone writes it. */
export const people = shared("people", {
  state: object({ here: array(Person), count: integer() }),
  initial: () => ({ here: [], count: 0 }),
  serverOnly: ["here", "count"],
});

/** Who of them this page is. */
export const self = local("self", {
  state: object({ client: string() }),
  initial: () => ({ client: "" }),
  actions: (action) => ({
    meet: action((state, { client }) => {
      state.client = client.id;
    }),
  }),
});

const Toast = object({ id: string(), from: string(), text: string() });
export type Toast = Infer<typeof Toast>;

/** What this page was told, the newest last. */
export const toasts = local("toasts", {
  state: object({ list: size(array(Toast), 0, 4) }),
  initial: () => ({ list: [] }),
  actions: (action) => ({
    show: action([string(), string()], ({ list }, from, text, { id }) => {
      if (list.length === 4) list.shift();
      list.push({ id: id(), from, text });
    }),
    dismiss: action([string()], ({ list }, id) => {
      const index = list.findIndex((toast) => toast.id === id);
      if (index >= 0) list.splice(index, 1);
    }),
  }),
});
