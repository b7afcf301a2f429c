/** Two clients and a server over real sockets: what the model shows in a simulated network holds in this one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { array, number, object, string } from "superstruct";
import { memory } from "../../server/backends/memory.ts";
import { Hub } from "../../server/hub/hub.ts";
import { defaultLimits } from "../../server/limits.ts";
import { attachSockets } from "../../server/sockets/ws.ts";
import { Runtime } from "../../src/runtime.ts";
import type { StoreCore } from "../../src/state/core.ts";
import { increment } from "../../src/state/helpers.ts";
import { shared } from "../../src/state/shared.ts";
import { definitionOf } from "../../src/state/store.ts";
import { after, suite, test } from "../support/suite.ts";

const State = object({ todos: array(object({ id: string() })), count: number(), title: string() });
type State = { todos: { id: string }[]; count: number; title: string };
const board = definitionOf(
  shared("two-clients", { state: State, initial: () => ({ todos: [], count: 0, title: "" }) as State }),
);

/** A server in this process. It can be closed as it should be, or killed. */
class Site {
  readonly hub: Hub;
  readonly reports: unknown[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #detach: () => void;

  constructor() {
    const limits = { ...defaultLimits, heartbeatMs: 25_000, deadAfterMs: 45_000 };
    this.hub = new Hub({
      backend: memory({ delayMs: 1 }),
      limits,
      identify: ({ client = "" }) => ({ client: { id: client }, token: client }),
      emit: () => {},
      within: (_, fn) => fn(),
      report: (error) => this.reports.push(error),
    });
    this.#server = createServer().on("connection", (socket) => this.#sockets.add(socket));
    const session = { id: "one for both", user: undefined, data: undefined };
    const admit = async () => ({ session, address: "" });
    const { maxFragments } = limits;
    this.#detach = attachSockets(this.#server, {
      path: "/_violet/socket",
      hub: this.hub,
      maxMessageBytes: 65_536,
      maxFragments,
      admit,
      left: () => {},
    });
  }

  async listen(port = 0): Promise<number> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  get state(): Promise<StoreCore> {
    return this.hub.open(board, undefined);
  }

  async close(): Promise<void> {
    await this.hub.close();
    await this.#end();
  }

  /** As `kill -9` would: no goodbyes. */
  async kill(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.#end();
    await this.hub.close();
  }

  async #end(): Promise<void> {
    this.#detach();
    this.#server.close();
    await once(this.#server, "close");
  }
}

const runtimes: Runtime[] = [];
after(() => {
  for (const runtime of runtimes) runtime.close();
});

class Person {
  readonly runtime: Runtime;
  readonly store: StoreCore;
  readonly state: State;

  constructor(id: string, port: number) {
    const reconnect = { tellAfter: 5, backoffMs: [10, 20, 50] };
    this.runtime = new Runtime({
      origin: `http://127.0.0.1:${port}`,
      payload: { client: id, self: { id }, reconnect },
    });
    runtimes.push(this.runtime);
    this.store = this.runtime.resolve(board, undefined);
    this.state = this.store.root as State;
  }

  /** Resolves when it is so, whatever it was that made it so. */
  until(isSo: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => isSo() && resolve();
    const stops = [this.store.listen(look), this.runtime.watch(look)];
    look();
    return promise.finally(() => {
      for (const stop of stops) stop();
    });
  }

  get ids(): string[] {
    return this.state.todos.map(({ id }) => id);
  }

  /** One push in each microtask, so that each is a batch. */
  async push(count: number): Promise<void> {
    const { id } = this.runtime.client;
    for (let n = 0; n < count; n++) {
      this.state.todos.push({ id: `${id}-${n}` });
      await Promise.resolve();
    }
  }
}

async function meet(): Promise<{ site: Site; port: number; ann: Person; bob: Person }> {
  const site = new Site();
  const port = await site.listen();
  const [ann, bob] = [new Person("ann", port), new Person("bob", port)];
  await Promise.all([ann.store.loaded(), bob.store.loaded()]);
  return { site, port, ann, bob };
}

suite("two clients", () => {
  test("see each other's writes, and the server's", async () => {
    const { site, ann, bob } = await meet();
    ann.state.title = "hello";
    await bob.until(() => bob.state.title === "hello");
    increment((await site.state).root as State, "count", 3);
    await Promise.all([ann, bob].map((person) => person.until(() => person.state.count === 3)));
    await site.close();
    assert.deepEqual(site.reports, []);
  });

  test("keep all of their concurrent pushes, in the same order everywhere", async () => {
    const { site, ann, bob } = await meet();
    await Promise.all([ann.push(100), bob.push(100)]);
    await Promise.all(
      [ann, bob].map((person) => person.until(() => person.ids.length === 200 && !person.runtime.pending)),
    );
    assert.deepEqual(ann.ids, bob.ids);
    assert.equal(new Set(ann.ids).size, 200);
    const { tree } = await site.state;
    assert.deepEqual(
      tree.root.todos,
      ann.ids.map((id) => ({ id })),
    );
    await site.close();
  });

  for (const end of ["close", "kill"] as const)
    test(`come back after the ${end} of a server that forgets, with what they wrote`, async () => {
      const { site, port, ann, bob } = await meet();
      ann.state.todos.push({ id: "before" });
      await ann.store.settled();
      await bob.until(() => bob.ids.length === 1);
      await site[end]();
      await ann.until(() => ann.runtime.status !== "live");
      ann.state.todos.push({ id: "meanwhile" });
      increment(bob.state, "count");
      const next = new Site();
      await next.listen(port);
      const isSame = (person: Person) => person.ids.join() === "before,meanwhile" && person.state.count === 1;
      await Promise.all(
        [ann, bob].map((person) => person.until(() => isSame(person) && !person.runtime.pending)),
      );
      assert.equal(ann.runtime.status, "live");
      await next.close();
      assert.deepEqual([...site.reports, ...next.reports], []);
    });
});
