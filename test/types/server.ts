/** What the server's options take. Held by `npm run types`. */
import type { RequestHandler } from "express";
import { integer, object } from "superstruct";
import { server, violet } from "../../server/index.ts";
import { shared } from "../../src/index.ts";

declare const expressSession: RequestHandler;
violet({ session: expressSession });

// @ts-expect-error: a session middleware is a function
violet({ session: { secret: "a secret of sessions" } });

// The rules of a store and of a family get its state, whatever only the server or actions write

const options = {
  state: object({ open: integer(), online: integer() }),
  initial: () => ({ open: 0, online: 0 }),
};
const room = shared.family("room", {
  ...options,
  serverOnly: ["online"],
  actions: (action) => ({
    enter: action((state) => {
      state.open++;
    }),
  }),
});
server.access(room, { view: ({ open, online }) => ({ open: open + online }) });
server.access(shared.family("plain", options), { view: ({ open }) => ({ open }) });
server.access(shared("hall", { ...options, serverOnly: ["online"] }), { view: ({ online }) => ({ online }) });

// @ts-expect-error: a state without such a key
server.access(room, { view: ({ closed }) => ({ closed }) });
// @ts-expect-error: a rule is a function
server.access(room, { read: false });
