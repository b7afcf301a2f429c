import type { App } from "../server/app.ts";
import { fail } from "../src/errors.ts";
import type { Replica } from "../src/state/replica.ts";
import { type Reference, referenceOf } from "../src/state/store.ts";
import { TestClient } from "./client.ts";
import { differences } from "./differences.ts";
import { TestSite } from "./site.ts";

/**
 * Resolves when all that these clients show is what the server has, or what it lets them see of it, and nothing waits:
 * `converged(site)` for all clients and all stores that they have used, `converged(ada, bob, chat)` for some clients, and
 * some stores or rooms. A store that a client may not read is not compared. By a test clock, time passes until then.
 * Rejects with E_TIMEOUT, which says who differs and where; with E_OPTION for clients of no site, or of several.
 */
export async function converged(
  ...these: readonly (TestSite<object> | TestClient | object)[]
): Promise<void> {
  const sites = new Set<TestSite<object>>();
  const clients = new Set<TestClient>();
  const stores: Reference[] = [];
  for (const one of these)
    if (TestSite.isOne(one)) sites.add(one);
    else if (TestClient.isOne(one)) clients.add(one);
    else stores.push(referenceOf(one));
  for (const { site } of clients) sites.add(site);
  const [site] = sites;
  if (!site || sites.size > 1)
    fail("E_OPTION", { name: "converged", expected: "a site, or clients of one site" });
  const asked = () => (clients.size ? [...clients] : site.clients);
  for (const client of asked())
    for (const { definition, key } of stores)
      if (!definition.keys || key !== undefined) client.runtime.resolve(definition, key);
  await site.until("the clients show what the server has", async () => {
    const missing = await Promise.all(asked().map((client) => missingOf(client, stores)));
    return missing.flat();
  });
}

/** What keeps a client from showing what the server has, in words. */
async function missingOf(client: TestClient, stores: readonly Reference[]): Promise<string[]> {
  if (client.status !== "live") return [`${client.name} is ${client.status}`];
  const isAsked = ({ definition, key }: Replica) =>
    !stores.length ||
    stores.some((one) => one.definition === definition && (one.key === undefined || one.key === key));
  const missing = await Promise.all(
    client
      .replicas()
      .filter(isAsked)
      .map(async (replica) => {
        const lines = await missingIn(replica, client);
        return lines.map((line) => `${client.name}, ${replica.name}: ${line}`);
      }),
  );
  return missing.flat();
}

async function missingIn(replica: Replica, { site, self }: TestClient): Promise<string[]> {
  if (!replica.isLoaded) return (await isRefused(replica)) ? [] : ["it is not loaded"];
  const authority = (site.app as App).hub.find(replica.definition, replica.key);
  if (!authority) return ["the server has not loaded it"];
  const { pending } = replica;
  if (pending) return [`${pending} ${pending === 1 ? "write waits" : "writes wait"} for the server`];
  if (authority.pending) return ["the server is storing a write"];
  const { epoch, version, value } = authority.look(self);
  const lines = differences(replica.snapshot(), value);
  const isCurrent = replica.epoch === epoch && replica.version === version;
  // They look the same; what is on its way may change that.
  return lines.length || isCurrent
    ? lines
    : [`it is at version ${replica.version}, on the server ${version}`];
}

/** Whether the server refused it: what is decided already wins. */
const isRefused = (replica: Replica): Promise<boolean> =>
  Promise.race([
    replica.loaded().then(
      () => false,
      () => true,
    ),
    new Promise<boolean>((resolve) => setImmediate(resolve, false)),
  ]);
