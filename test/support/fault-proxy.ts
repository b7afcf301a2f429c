/**
 * A TCP proxy on loopback that breaks links on purpose, under a seed. To each side it is the other: it connects to
 * the target from the address that its own client comes from.
 *
 * A black hole is a pulled cable: nothing arrives on either side, not even an end, and both believe that they are
 * connected; new connections hang. What was sent waits, as TCP would send it again, and arrives after `heal`.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface FaultProxyOptions {
  readonly target: { readonly host: string; readonly port: number };
  readonly random: () => number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

/** What has happened so far: links, and chunks or links that met a fault. */
type Counts = Record<"links" | "delayed" | "throttled" | "split" | "held" | "cut" | "reset", number>;

/** The two sockets of one connection through the proxy. */
type Link = readonly [client: Socket, target: Socket];

export class FaultProxy {
  readonly counts: Counts = { links: 0, delayed: 0, throttled: 0, split: 0, held: 0, cut: 0, reset: 0 };
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #links = new Set<Link>();
  #delayMs = 0;
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  #pieceBytes = Number.POSITIVE_INFINITY;
  /** Stands while nothing passes. */
  #hole: PromiseWithResolvers<void> | undefined;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = createServer(
      { allowHalfOpen: true, noDelay: true },
      (client) => void this.#accept(client),
    );
  }

  static async listen(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen({ port: 0, host: options.host ?? "127.0.0.1", backlog: 4096 });
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that stand. */
  get links(): number {
    return this.#links.size;
  }

  // Faults of all links, until they are healed

  /** Each chunk arrives up to so much later, in order. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** For each direction of each link. */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Each chunk arrives in pieces of at most so many bytes. */
  split(bytes: number): void {
    this.#pieceBytes = bytes;
  }

  blackHole(): void {
    this.#hole ??= Promise.withResolvers();
  }

  /** Ends all of these faults. */
  heal(): void {
    this.#delayMs = 0;
    this.#bytesPerSecond = this.#pieceBytes = Number.POSITIVE_INFINITY;
    this.#hole?.resolve();
    this.#hole = undefined;
  }

  // Faults that end a link; each link is hit with this probability

  /** Ends it with a FIN to both sides. */
  cut(share = 1): void {
    for (const link of this.#choose(share)) {
      this.counts.cut++;
      for (const socket of link) socket.end();
    }
  }

  /** Ends it with an RST to both sides. */
  reset(share = 1): void {
    for (const link of this.#choose(share)) {
      this.counts.reset++;
      for (const socket of link) socket.resetAndDestroy();
    }
  }

  /** Which links are hit; each is hit once. */
  #choose(share: number): Link[] {
    const chosen = [...this.#links].filter(() => this.#options.random() < share);
    for (const link of chosen) this.#links.delete(link);
    return chosen;
  }

  async close(): Promise<void> {
    this.heal();
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #watch(socket: Socket) {
    this.#sockets.add(socket);
    // Of the loop that reads it.
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }

  async #accept(client: Socket) {
    this.#watch(client);
    await this.#hole?.promise;
    if (client.destroyed) return;
    const { host, port } = this.#options.target;
    const localAddress = client.remoteAddress ?? host;
    const target = connect({ host, port, localAddress, allowHalfOpen: true, noDelay: true });
    this.#watch(target);
    const link = [client, target] as const;
    this.#links.add(link);
    this.counts.links++;
    await Promise.all([this.#carry(client, target), this.#carry(target, client)]);
    this.#links.delete(link);
  }

  /** One direction of a link, until it ends: as its source ended it. */
  async #carry(from: Socket, to: Socket) {
    try {
      for await (const chunk of from) await this.#pass(chunk as Buffer, to);
      await this.#hole?.promise;
      to.end();
    } catch {
      await this.#hole?.promise;
      to.resetAndDestroy();
    }
  }

  async #pass(chunk: Buffer, to: Socket) {
    if (chunk.length > this.#pieceBytes) this.counts.split++;
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + this.#pieceBytes);
      at += piece.length;
      await this.#wait(piece.length);
      if (to.writable && !to.write(piece)) await Promise.race([once(to, "drain"), once(to, "close")]);
      // So that each piece is a read of its own.
      if (at < chunk.length) await sleep(1);
    }
  }

  async #wait(bytes: number) {
    if (this.#delayMs) {
      this.counts.delayed++;
      await sleep(this.#delayMs * this.#options.random());
    }
    if (this.#bytesPerSecond < Number.POSITIVE_INFINITY) {
      this.counts.throttled++;
      await sleep((bytes / this.#bytesPerSecond) * 1000);
    }
    if (!this.#hole) return;
    this.counts.held++;
    await this.#hole.promise;
  }
}
