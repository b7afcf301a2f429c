import type { Limits } from "../limits.ts";
import type { Wire } from "./connection.ts";
import type { Encoded } from "./encoded.ts";

export interface OutgoingHost {
  /** There is something to write in this turn of the event loop. */
  wake(): void;
  /** More waits than patches may be left out for: the other side asks, and never reads. */
  overflowed(): void;
}

/**
 * What goes out on one connection: one write per turn of the event loop, whatever the number of frames. Patches are
 * refused while too much waits; control frames are not, up to twice as much.
 */
export class Outgoing {
  readonly #wire: Wire;
  readonly #limits: Pick<Limits, "outboxBytes" | "outboxFrames">;
  readonly #host: OutgoingHost;
  readonly #queue: Encoded[] = [];
  #writtenBytes = 0;
  /** How much the network had taken when that was last found to be more, and when. */
  #takenBytes = 0;
  #takenAt: number | undefined;

  constructor(wire: Wire, limits: Pick<Limits, "outboxBytes" | "outboxFrames">, host: OutgoingHost) {
    this.#wire = wire;
    this.#limits = limits;
    this.#host = host;
  }

  send(frame: Encoded): void {
    if (this.#isOver(2)) this.#host.overflowed();
    else this.#push(frame);
  }

  patch(frame: Encoded): boolean {
    if (this.#isOver(1)) return false;
    this.#push(frame);
    return true;
  }

  #push(frame: Encoded) {
    if (this.#queue.push(frame) === 1) this.#host.wake();
  }

  #isOver(times: number) {
    const { outboxBytes, outboxFrames } = this.#limits;
    return this.#queue.length >= outboxFrames * times || this.#wire.backlogBytes > outboxBytes * times;
  }

  flush(): void {
    const queue = this.#queue;
    const [first] = queue;
    if (!first) return;
    const { framer } = this.#wire;
    // Most often it is one frame, which others get, too: nothing is allocated for it here.
    const frames = queue.length === 1 ? first.framed(framer) : queue.flatMap((frame) => frame.framed(framer));
    queue.length = 0;
    for (const { length } of frames) this.#writtenBytes += length;
    this.#wire.write(frames);
  }

  /** For how long the network has taken nothing, though something waits. Asked about once a second. */
  stalledMs(now: number): number {
    const { backlogBytes } = this.#wire;
    const taken = this.#writtenBytes - backlogBytes;
    if (!backlogBytes || taken !== this.#takenBytes) this.#takenAt = now;
    this.#takenBytes = taken;
    return now - (this.#takenAt ??= now);
  }
}
