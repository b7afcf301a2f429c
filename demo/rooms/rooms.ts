import { array, number, object, size, string } from "superstruct";
import { type Infer, shared } from "violet-live";

const Name = size(string(), 0, 40);
const Text = size(string(), 1, 500);
const Line = object({ id: string(), by: string(), name: Name, text: Text, at: number() });
export type Line = Infer<typeof Line>;

/** A store for each room. Its history is its state: where that lives is the server's choice (VIOLET_DB). */
export const room = shared.family("rooms", {
  state: object({ lines: size(array(Line), 0, 500) }),
  initial: () => ({ lines: [] }),
  actions: (action) => ({
    say: action([Text, Name], ({ lines }, text, name, { client, id, now }) => {
      if (lines.length === 500) lines.shift();
      lines.push({ id: id(), by: client.id, name: name.trim() || "Guest", text, at: now() });
    }),
  }),
});

/** Those that the page offers; any other name is a room, too. */
export const rooms = ["lobby", "kitchen", "garden"];
