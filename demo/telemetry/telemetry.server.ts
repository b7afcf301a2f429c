import { server } from "violet-live/server";
import { moved } from "./telemetry.client.ts";
import { Place } from "./telemetry.ts";

/** The clients that look at the page. Nothing is kept of where they point. */
const watching = new Set<string>();
const others = (id: string) => [...watching].filter((each) => each !== id);

export const watch = server.realtime(({ client }) => {
  watching.add(client.id);
});

/** Tells the others where somebody points. A call that is lost does not matter: the next one follows. */
export const point = server.realtime([Place], (place, { client }) => {
  moved.invoke(others(client.id), client.id, place);
});

server.on("disconnect", ({ id }) => {
  if (watching.delete(id)) server.broadcastTo([...watching], "left", id);
});
