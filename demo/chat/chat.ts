import { array, integer, number, object, size, string } from "superstruct";
import { type Infer, local, shared } from "violet-live";

const Name = size(string(), 0, 40);
const Text = size(string(), 1, 500);
const Message = object({ id: string(), by: string(), name: Name, text: Text, at: number() });
export type Message = Infer<typeof Message>;

/** One room for everybody. The server holds the truth; each browser shows its own message before the answer. */
export const chat = shared("chat", {
  state: object({ messages: size(array(Message), 0, 500), online: integer() }),
  initial: () => ({ messages: [], online: 0 }),
  serverOnly: ["online"],
  actions: (action) => ({
    send: action([Text, Name], (state, text, name, { client, id, now }) => {
      if (state.messages.length === 500) state.messages.shift();
      state.messages.push({ id: id(), by: client.id, name: name.trim() || "Guest", text, at: now() });
    }),
  }),
});

/**
 * Who I am stays in this browser: my name, and as which clients I spoke, for each page that is loaded is a new one. It is
 * kept in a cookie, so that the server renders my messages as mine; a cookie takes 4 kB.
 */
export const me = local("me", {
  state: object({ name: Name, clients: array(string()) }),
  initial: () => ({ name: "", clients: [] }),
  persist: "cookie",
  actions: (action) => ({
    speak: action(({ clients }, { client }) => {
      if (!clients.includes(client.id)) clients.push(client.id);
      if (clients.length > 50) clients.shift();
    }),
  }),
});
