import { DEV } from "#dev";
import { errorOf, fail, uncaught } from "../errors.ts";
import type { Link } from "../socket/link.ts";
import type { DownFrame, Frame, UpFrame } from "../wire/frames.ts";
import { isTooBig } from "../wire/limits.ts";
import { MAX_ARGUMENTS, MAX_NAME_LETTERS } from "../wire/protocol.ts";
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
  /** What the server said on this link that it does not know: events of these names stay in the page. */
  readonly #unknown = new Set<string>();

  constructor(host: ExchangeHost) {
    this.#host = host;
  }

  /** A call makes the page connect; an event, which may be the page's alone, does not. Throws E_BAD_MESSAGE, E_TOO_BIG. */
  tell(told: Told): undefined {
    checkFits(told);
    const { link, bus } = this.#host;
    const isCall = told.type === "call";
    const isIdle = link.state === "idle";
    if (!isCall && this.#unknown.has(told.event)) return;
    // Nothing has asked for the link: all that wait are events, which keep nothing else from it.
    if (isIdle && this.#waiting.length === MAX_WAITING) this.#waiting.shift();
    if (link.state === "live") link.send(told);
    else if (this.#waiting.push(told) > MAX_WAITING) {
      this.#waiting.pop();
      bus.emit("overflow", isCall ? { call: told.name } : { event: told.event });
    } else if (isIdle && isCall) link.connect();
  }

  /** The link is live. */
  connected(): void {
    this.#unknown.clear();
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
    const call = frame.call as string;
    if (frame.code === "E_UNKNOWN_CALLABLE") this.#unknown.add(call);
    this.#host.bus.emit("refused", { call, error: errorOf(frame) });
  }
}

/** What a server does not take for its size would end the link, or be lost without a word. */
function checkFits(told: Told): void {
  const [name, args] = told.type === "call" ? [told.name, told.args] : [told.event, []];
  const isShaped = name && name.length <= MAX_NAME_LETTERS && args.length <= MAX_ARGUMENTS;
  if (!isShaped) fail("E_BAD_MESSAGE", { store: name });
  if (isTooBig(JSON.stringify(told))) fail("E_TOO_BIG", { store: name });
}
