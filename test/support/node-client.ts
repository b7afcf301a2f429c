/** A page's runtime in this process, for load: connected as a browser's is, by the credentials of a page. */
import { type PagePayload, Runtime, type Status } from "../../src/runtime.ts";
import type { Transport } from "../../src/socket/transports/websocket.ts";
import type { StoreCore } from "../../src/state/core.ts";
import type { Definition } from "../../src/state/definition.ts";
import { referenceOf } from "../../src/state/store.ts";
import { openSocket } from "../../testing/servers/socket.ts";
import { cookiesOf, getPage, type Page } from "./serve.ts";

export class NodeClient {
  readonly runtime: Runtime;

  private constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  /** Visits a page, and takes up what it brings. */
  static async visit(url: string): Promise<NodeClient> {
    return NodeClient.of(new URL(url).origin, await getPage(url));
  }

  /** Takes up what this page brings; `cookie`: what the browser sends with it. */
  static of(
    origin: string,
    { payload, headers }: Page,
    cookie = cookiesOf(headers),
    transport = socketWith(origin, cookie),
  ): NodeClient {
    return new NodeClient(new Runtime({ origin, payload: payload as PagePayload, transport }));
  }

  /** What a store's handle works on, for this client. */
  core(store: object): StoreCore {
    const { definition, key } = referenceOf(store);
    return this.runtime.resolve(definition, key);
  }

  coreOf(definition: Definition): StoreCore {
    return this.runtime.resolve(definition, undefined);
  }

  /** Resolves when the link is in this state. */
  until(status: Status): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => this.runtime.status === status && resolve();
    const stop = this.runtime.watch(look);
    look();
    return promise.finally(stop);
  }

  close(): void {
    this.runtime.close();
  }
}

/** A socket with what browsers send by themselves: the origin and the cookie. */
export const socketWith =
  (origin: string, cookie: string): Transport =>
  (url, events) =>
    openSocket(url, { origin, cookie }, events);
