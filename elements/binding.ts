import type { ReactiveControllerHost } from "lit";
import { Reads, type Tracker, track } from "../src/state/tracking.ts";

/** Makes reads give snapshots; nobody depends on them. */
const nobody: Tracker = { read() {} };

export interface Binding<T> {
  /** A snapshot of what it is now. */
  readonly value: T;
  /** Looks whether it is still the same. */
  look(): void;
}

/**
 * One value that is read of stores, followed for an element from connect to disconnect: `changed` is told when the
 * value has another identity than the one before. On the server it only reads.
 */
export function bind<T>(
  host: ReactiveControllerHost & { readonly isConnected?: boolean },
  read: () => T,
  changed: (old: T | undefined, value: T) => void,
): Binding<T> {
  let seen: T | undefined;
  const look = () => {
    if (!host.isConnected) return;
    const old = seen;
    const value = (seen = reads.update(read));
    if (value !== old) changed(old, value);
  };
  const reads = new Reads(look);
  host.addController({
    hostConnected: look,
    // What the store is found by may have changed.
    hostUpdate: look,
    hostDisconnected() {
      reads.dispose();
    },
  });
  return {
    get value() {
      return track(nobody, read);
    },
    look,
  };
}
