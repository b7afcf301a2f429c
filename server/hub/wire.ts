import type { CloseCode } from "../../src/wire/close-codes.ts";
import type { Session } from "../session.ts";
import type { Framer } from "./encoded.ts";

/** What a transport adapter gives for each connection. */
export interface Wire {
  readonly framer: Framer;
  /** Bytes that were written and not yet taken by the network. */
  readonly backlogBytes: number;
  /** What is left of the write that is under way, of which `backlogBytes` counts all until it is done. */
  readonly sendingBytes: number;
  /** One write. */
  write(frames: readonly Uint8Array[]): void;
  /** Resolves when the network has taken all that was written, or never will. */
  drained(): Promise<void>;
  /** Stops reading what the page sends. */
  pause(): void;
  resume(): void;
  close(code: CloseCode): void;
}

/** Who stands behind a connection, as the upgrade request said. */
export interface Peer {
  readonly session: Session;
  readonly address: string;
}
