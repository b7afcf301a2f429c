/** How many sockets each address has, from the upgrade request to the end of its connection. */
export class Addresses {
  readonly #max: number;
  readonly #sockets = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a place; false: there is none left. */
  enter(address: string): boolean {
    const sockets = this.#sockets.get(address) ?? 0;
    if (sockets >= this.#max) return false;
    this.#sockets.set(address, sockets + 1);
    return true;
  }

  leave(address: string): void {
    const left = (this.#sockets.get(address) ?? 0) - 1;
    if (left > 0) this.#sockets.set(address, left);
    else this.#sockets.delete(address);
  }
}
