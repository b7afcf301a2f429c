import { DEV } from "#dev";
import { errorOf, uncaught } from "../errors.ts";
import type { Link } from "../socket/link.ts";
import type { DownFrame, Frame, UpFrame } from "../wire/frames.ts";
import type { Bus } from "./bus.ts";
import { registeredAs } from "./callable.ts";

/** What a page tells the server without an answer: calls of realtime functions, and events. */
export type Told = Extract<UpFrame, { type: "call" | "event" }>;

/** The same from the server, numbered. */
export type Letter = Extract<DownFrame, { type: "call" | "event" }>;

/** So many wait for the link; the next one is not sent. Fewer than a page may send at once, which is what it will do. */
const MAX_WAITING = 64;

interface ExchangeHost {
  readonly link: Link;
  readonly bus: Bus;
}

/** A page's calls and events, both ways. What it tells waits for the link, in order. */
export class Exchange {
  /** The number of the last letter that came. */
  heard: number | undefined;
  readonly #host: ExchangeHost;
  readonly #waiting: Told[] = [];

  constructor(host: ExchangeHost) {
    this.#host = host;
  }

  tell(told: Told): undefined {
    const { link, bus } = this.#host;
    if (link.state === "live") link.send(told);
    else if (this.#waiting.push(told) > MAX_WAITING) {
      this.#waiting.pop();
      bus.emit("overflow", told.type === "call" ? { call: told.name } : { event: told.event });
    } else if (link.state === "idle") link.connect();
  }

  /** The link is live. */
  connected(): void {
    for (const told of this.#waiting.splice(0)) this.#host.link.send(told);
  }

  take(letter: Letter): void {
    this.heard = letter.i;
    if (letter.type === "event") return this.#host.bus.emit(letter.event, letter.data);
    const run = registeredAs(letter.name)?.run as ((...args: readonly unknown[]) => void) | undefined;
    // Not before `ready`, which is first; a function that throws is the app's fault, and nobody else's loss.
    if (run)
      void this.#host.bus
        .whenReady()
        .then(() => run(...letter.args))
        .catch(uncaught);
    else if (DEV)
      console.warn(`The server called "${letter.name}", which is not in start({ modules }) of this page.`);
  }

  refused(frame: Frame<"error">): void {
    this.#host.bus.emit("refused", { call: frame.call as string, error: errorOf(frame) });
  }
}
