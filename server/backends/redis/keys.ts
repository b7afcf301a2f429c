/**
 * The names of keys. What stands in braces decides where Redis Cluster has a key: all of a state are in one place. There it
 * is JSON: never empty, and halves of letters keep apart.
 */
export class Keys {
  /** Of all revocations. */
  readonly revoked: string;
  /** Is written to see whether anything can be. */
  readonly probe: string;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.revoked = `${prefix}:revoked`;
    this.probe = `${prefix}:probe`;
  }

  /** Of the state itself, and of the channel in which its commits are told. */
  state(store: string): string {
    return `${this.#prefix}:{${JSON.stringify(store)}}`;
  }

  /** All keys of a state, in the order in which scripts take them. */
  all(store: string): readonly string[] {
    const state = this.state(store);
    return [state, `${state}:log`, `${state}:writers`];
  }
}
