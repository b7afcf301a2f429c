import { array, boolean, enums, object, size, string } from "superstruct";
import { type Infer, local, move, shared } from "violet-live";

const Text = size(string(), 1, 200);
const Todo = object({ id: string(), text: Text, done: boolean() });
export type Todo = Infer<typeof Todo>;

/** Everybody's list. Actions say what is meant, so edits made at the same time all keep their intention. */
export const todos = shared("todos", {
  state: object({ items: size(array(Todo), 0, 5000) }),
  initial: () => ({ items: [] }),
  actions: (action) => ({
    add: action([Text], ({ items }, text, { id }) => {
      items.push({ id: id(), text, done: false });
    }),
    check: action([string(), boolean()], ({ items }, id, done) => {
      const todo = items.find((item) => item.id === id);
      if (todo) todo.done = done;
    }),
    remove: action([string()], ({ items }, id) => {
      const at = items.findIndex((item) => item.id === id);
      if (at >= 0) items.splice(at, 1);
    }),
    /** Puts one in the place of another. */
    place: action([string(), string()], ({ items }, id, other) => {
      const from = items.findIndex((item) => item.id === id);
      const to = items.findIndex((item) => item.id === other);
      if (from >= 0 && to >= 0) move(items, from, to);
    }),
  }),
});

/** Which of them this tab shows. */
export const view = local("todo-view", {
  state: object({ filter: enums(["All", "Active", "Done"]) }),
  initial: () => ({ filter: "All" as const }),
});
