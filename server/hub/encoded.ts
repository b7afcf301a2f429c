/** How a transport wraps a text for its stream: a WebSocket frame, an SSE event. */
export type Framer = (text: string) => Uint8Array;

const NONE: readonly Uint8Array[] = [];

/** A frame that many connections get: encoded and framed once. */
export class Encoded {
  readonly text: string;
  #framer: Framer | undefined;
  #frames = NONE;

  /** A text is one already. */
  constructor(frame: object | string) {
    this.text = typeof frame === "string" ? frame : JSON.stringify(frame);
  }

  /** Its bytes on the wire. */
  size(framer: Framer): number {
    return this.framed(framer)[0]?.length ?? 0;
  }

  /** The one frame, in a list that all writes of it share. */
  framed(framer: Framer): readonly Uint8Array[] {
    if (this.#framer !== framer) this.#frames = [framer(this.text)];
    this.#framer = framer;
    return this.#frames;
  }
}
