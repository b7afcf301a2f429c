import type { Limits } from "../limits.ts";
import type { Counters } from "./counters.ts";
import type { Encoded } from "./encoded.ts";
import type { Wire } from "./wire.ts";

export interface OutgoingHost {
  readonly counters: Counters;
  /** There is something to write in this turn of the event loop. */
  wake(): void;
  /** More waits than patches may be left out for: the other side asks, and never reads. */
  overflowed(): void;
}

/**
 * What goes out on one connection: one write per turn of the event loop, whatever the number of frames. Patches are
 * refused where too much would wait; control frames are not, up to twice as much, and answers with a whole state wait
 * for room. So a page that reads nothing costs the limit, its control frames and one state.
 */
export class Outgoing {
  readonly #wire: Wire;
  readonly #limits: Pick<Limits, "outboxBytes" | "outboxFrames">;
  readonly #host: OutgoingHost;
  /** Made anew for each write: a list that is emptied would grow from nothing again, at a multiple of the cost. */
  #queue: Encoded[] | undefined;
  #queuedBytes = 0;
  /** Frames that were written since the network had taken all. */
  #writtenFrames = 0;
  #writtenBytes = 0;
  /** The last answer: its size, and where it ends in all that is written. */
  #answerBytes = 0;
  #answerEnd = 0;
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
    else this.#push(frame, frame.size(this.#wire.framer));
  }

  patch(frame: Encoded): boolean {
    const bytes = frame.size(this.#wire.framer);
    if (this.#isOver(1, bytes)) return false;
    this.#push(frame, bytes);
    return true;
  }

  /** A whole state, once there was room. However large it is, it does not count as what the page leaves unread. */
  answer(frame: Encoded): void {
    this.#answerBytes = frame.size(this.#wire.framer);
    this.#push(frame, this.#answerBytes);
    this.#answerEnd = this.#writtenBytes + this.#queuedBytes;
  }

  /** Undefined where there is room for an answer; else it is to be waited for. */
  room(): Promise<void> | undefined {
    if (this.#queuedBytes + this.#wire.backlogBytes <= this.#limits.outboxBytes) return undefined;
    this.flush();
    return this.#wire.drained();
  }

  #push(frame: Encoded, bytes: number) {
    this.#queuedBytes += bytes;
    if (this.#queue) {
      this.#queue.push(frame);
      return;
    }
    this.#queue = [frame];
    this.#host.wake();
  }

  #isOver(times: number, added = 0) {
    const { outboxBytes, outboxFrames } = this.#limits;
    const { backlogBytes } = this.#wire;
    const frames = (this.#queue?.length ?? 0) + (backlogBytes ? this.#writtenFrames : 0);
    const over = this.#queuedBytes + backlogBytes + added - outboxBytes * times;
    return frames >= outboxFrames * times || (over > 0 && over > this.#answerLeft(backlogBytes));
  }

  /** How much of the last answer is not taken yet. */
  #answerLeft(backlogBytes: number) {
    const taken = this.#writtenBytes - backlogBytes;
    return Math.min(Math.max(this.#answerEnd - taken, 0), this.#answerBytes);
  }

  flush(): void {
    const queue = this.#queue;
    const first = queue?.[0];
    if (!first) return;
    const { framer } = this.#wire;
    // Most often it is one frame, which others get, too: nothing is allocated for it here.
    const frames = queue.length === 1 ? first.framed(framer) : queue.flatMap((frame) => frame.framed(framer));
    this.#writtenBytes += this.#queuedBytes;
    this.#writtenFrames = (this.#wire.backlogBytes ? this.#writtenFrames : 0) + queue.length;
    this.#queuedBytes = 0;
    this.#queue = undefined;
    this.#wire.write(frames);
    const { counters } = this.#host;
    const { backlogBytes } = this.#wire;
    if (backlogBytes > counters.queuedBytes) counters.queuedBytes = backlogBytes;
  }

  /** For how long the network has taken nothing, though something waits. Asked about once a second. */
  stalledMs(now: number): number {
    const { backlogBytes, sendingBytes } = this.#wire;
    const taken = this.#writtenBytes - backlogBytes - sendingBytes;
    if (!backlogBytes || taken !== this.#takenBytes) this.#takenAt = now;
    this.#takenBytes = taken;
    return now - (this.#takenAt ??= now);
  }
}
