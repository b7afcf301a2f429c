/** A proxy before a site: it holds back what goes over the pages' sockets, or cuts them, as networks do. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A page's WebSocket: both ends of it. */
interface Pair {
  readonly page: Socket;
  readonly site: Socket;
}

export class Gate implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  /** Ends of connections of every kind. */
  readonly #ends = new Set<Socket>();
  readonly #sockets = new Set<Pair>();
  #isHeld = false;

  private constructor(server: Server, { port, hostname }: URL) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (page: Socket) => this.#join({ page, site: connect(Number(port), hostname) }));
  }

  static async before(url: string): Promise<Gate> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Gate(server, new URL(url));
  }

  #join(pair: Pair) {
    const { page, site } = pair;
    this.#follow(page, site);
    this.#follow(site, page);
    site.on("data", (chunk) => page.write(chunk));
    page.on("data", (chunk) => {
      if (chunk.includes("GET /_violet/socket")) this.#sockets.add(pair);
      if (!this.#isHeld || !this.#sockets.has(pair)) return site.write(chunk);
      page.pause();
      page.unshift(chunk);
      return false;
    });
    page.on("close", () => this.#sockets.delete(pair));
  }

  #follow(end: Socket, other: Socket) {
    this.#ends.add(end);
    end.setNoDelay();
    end.on("end", () => other.end());
    end.on("error", () => other.destroy());
    end.on("close", () => this.#ends.delete(end));
  }

  /** From now on nothing passes over the pages' sockets, those to come among them, in either direction. */
  hold(): void {
    this.#isHeld = true;
    for (const { page, site } of this.#sockets) {
      page.pause();
      site.pause();
    }
  }

  /** What the server says over the sockets that stand is held back; what the pages say goes through. */
  holdAnswers(): void {
    for (const { site } of this.#sockets) site.pause();
  }

  /** What was held back goes on its way. */
  release(): void {
    this.#isHeld = false;
    for (const { page, site } of this.#sockets) {
      page.resume();
      site.resume();
    }
  }

  /** The pages' sockets are gone, with what was held back. */
  cut(): void {
    for (const { page, site } of this.#sockets) {
      page.resetAndDestroy();
      site.resetAndDestroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const end of this.#ends) end.destroy();
    await closed;
  }
}
