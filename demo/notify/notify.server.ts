import { array, size, string } from "superstruct";
import { increment } from "violet-live";
import { server } from "violet-live/server";
import { notify } from "./notify.client.ts";
import { people } from "./notify.ts";

const Text = size(string(), 1, 120);

const find = (id: string) => people.here.find((person) => person.id === id);
const nameOf = (id: string) => find(id)?.name ?? "Somebody";

/** A page says that it is here, each time that its link stands: the server may be another by then. */
export const arrive = server.realtime(({ client }) => {
  if (find(client.id)) return;
  const store = server.store(people);
  increment(store, "count");
  store.here.push({ id: client.id, name: `Browser ${store.count}` });
});

server.on("disconnect", ({ id }) => {
  const { here } = server.store(people);
  const index = here.findIndex((person) => person.id === id);
  if (index >= 0) here.splice(index, 1);
});

export const notifyMe = server.realtime([Text], (text, { client }) => {
  notify.invoke(client.id, "You", text);
});

export const notifyEveryone = server.realtime([Text], (text, { client }) => {
  notify.broadcast(nameOf(client.id), text);
});

/** Answers with the names of those who are still here. */
export const notifyChosen = server.rpc([size(array(string()), 1, 100), Text], (ids, text, { client }) => {
  const chosen = people.here.filter(({ id }) => ids.includes(id));
  notify.invoke(
    chosen.map(({ id }) => id),
    nameOf(client.id),
    text,
  );
  return chosen.map(({ name }) => name);
});
