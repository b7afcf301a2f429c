import type { Limits } from "../limits.ts";

/**
 * What each session uses: live connections, and rooms. A room that a session has left is still counted while it is
 * loaded and nobody has it: whoever tries one name after another would fill the memory with rooms otherwise.
 */
export class Sessions {
  readonly #limits: Pick<Limits, "socketsPerSession" | "roomsPerSession">;
  readonly #isUnused: (room: string) => boolean;
  readonly #connections = new Map<string, number>();
  /** By session: how many of its connections have each room. */
  readonly #rooms = new Map<string, Map<string, number>>();
  /** Those that have left rooms. */
  readonly #leaving = new Set<string>();

  /** `isUnused`: a room of this name is loaded, and nobody subscribes to it. */
  constructor(
    limits: Pick<Limits, "socketsPerSession" | "roomsPerSession">,
    isUnused: (room: string) => boolean,
  ) {
    this.#limits = limits;
    this.#isUnused = isUnused;
  }

  mayConnect(session: string): boolean {
    return (this.#connections.get(session) ?? 0) < this.#limits.socketsPerSession;
  }

  connected(session: string): void {
    this.#connections.set(session, (this.#connections.get(session) ?? 0) + 1);
  }

  disconnected(session: string): void {
    const left = (this.#connections.get(session) ?? 0) - 1;
    if (left > 0) this.#connections.set(session, left);
    else this.#connections.delete(session);
  }

  /** A connection of the session takes a room; false: it has too many. */
  enter(session: string, room: string): boolean {
    const rooms = this.#rooms.get(session) ?? new Map<string, number>();
    const isFull = () => !rooms.has(room) && rooms.size >= this.#limits.roomsPerSession;
    if (isFull()) this.#forget(session, rooms);
    if (isFull()) return false;
    this.#rooms.set(session, rooms.set(room, (rooms.get(room) ?? 0) + 1));
    return true;
  }

  leave(session: string, room: string): void {
    const rooms = this.#rooms.get(session);
    const uses = (rooms?.get(room) ?? 0) - 1;
    rooms?.set(room, uses);
    if (uses === 0) this.#leaving.add(session);
  }

  /** Once a second: forgets rooms that were left, and are gone or others'. */
  expire(): void {
    for (const session of this.#leaving) this.#forget(session, this.#rooms.get(session) ?? new Map());
  }

  #forget(session: string, rooms: Map<string, number>) {
    const left = [...rooms].filter(([, uses]) => uses === 0).map(([room]) => room);
    const over = left.filter((room) => !this.#isUnused(room));
    for (const room of over) rooms.delete(room);
    if (over.length === left.length) this.#leaving.delete(session);
    if (rooms.size === 0) this.#rooms.delete(session);
  }
}
