import { CHECKED } from "#dev";
import { checkNoPromise } from "../dev/no-promise.ts";
import { refusalOfIncrement } from "../dev/refusals.ts";
import { fail, uncaught } from "../errors.ts";
import type { Addressed } from "./address.ts";
import type { ActionContext } from "./context.ts";
import { type Definition, wireName } from "./definition.ts";
import { rootHandle } from "./handle.ts";
import { isNode, type Json, type JsonObject, plain } from "./json.ts";
import type { Op } from "./ops.ts";
import { acts, isActing } from "./resolver.ts";
import { Tree } from "./tree.ts";
import { sentArguments, validate } from "./validation.ts";

/** Told after a change: with its ops, or with undefined when everything may be new. */
export type Listener = (ops: readonly Op[] | undefined) => void;

/** What is written, accepted, refused and undone as one. */
export interface Batch {
  ops: Op[];
  /** The inverses, in the order in which they were made. */
  undo: Op[];
  /** An action travels by its name and arguments; its ops are the prediction. */
  call?: Call | undefined;
  /** What raw ops mean, beyond their indices. */
  meant?: Addressed[] | undefined;
}

/** A batch that is still being written. */
export interface OpenBatch extends Batch {
  /** The length of its JSON, where that is limited. */
  letters?: number;
}

export interface Call {
  readonly action: string;
  readonly args: readonly unknown[];
  readonly seed: number;
  readonly at: number;
}

/**
 * A store as its handles, trackers and elements see it: a tree, the batch that is being written, and the
 * listeners. What becomes of a finished batch is the subclass's part (`commit`).
 *
 * Raw writes of one microtask are one batch; an action and a transaction are a batch of their own, checked as a
 * whole when they end, and undone as a whole when they throw.
 */
export abstract class StoreCore {
  readonly definition: Definition;
  readonly key: string | undefined;
  readonly name: string;
  readonly tree: Tree;
  /** A store whose state is not an object keeps it as `{ value }`. */
  readonly boxed: boolean;
  #open: OpenBatch | undefined;
  #atomic = false;
  /** The microtask that closes what is open then is on its way. */
  #closesSoon = false;
  /** Made when they are needed: most stores of a server are at rest. */
  #root: object | undefined;
  #listeners: Set<Listener> | undefined;

  /** `given` is a whole state that came from elsewhere, in place of the definition's `initial`. */
  constructor(definition: Definition, key: string | undefined, initial: unknown, given?: JsonObject) {
    this.definition = definition;
    this.key = key;
    this.name = wireName(definition, key);
    const root = plain(initial, this.name);
    this.boxed = !isNode(root) || Array.isArray(root);
    this.tree = new Tree(given ?? (this.boxed ? { value: root } : (root as JsonObject)));
  }

  /** The state, to be read and written. */
  get root(): object {
    return (this.#root ??= rootHandle(this));
  }

  abstract readonly isLoaded: boolean;
  abstract readonly pending: number;
  abstract loaded(): Promise<void>;
  abstract settled(): Promise<void>;
  /** A finished batch: to be sent, stored or kept. */
  protected abstract commit(batch: Batch): void;
  /** What derives an action's time and ids. */
  protected abstract originate(
    action: string,
    args: readonly unknown[],
  ): { call: Call; context: ActionContext };

  /** True where every read gives a snapshot: in a render on the server. */
  get snapshots(): boolean {
    return false;
  }

  /** The whole state, read-only: a new identity exactly when something in it changed. */
  snapshot(): JsonObject {
    return this.tree.snapshot();
  }

  listen(listener: Listener): () => void {
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  get isWatched(): boolean {
    return !!this.#listeners?.size;
  }

  /** One write of a handle: applied at once. Throws where it is made, and then nothing is written. */
  write(op: Op): void {
    this.guard(op);
    if (this.#open && !this.#atomic && this.isFull(this.#open)) this.close();
    const batch = (this.#open ??= this.#begin());
    if (!this.apply(op, batch)) {
      const where = { store: this.name, path: op[1] };
      fail("E_BAD_PATH", CHECKED ? { ...where, ...refusalOfIncrement(this.tree, op) } : where);
    }
    if (this.#atomic) return;
    try {
      this.check(batch, [op]);
    } catch (error) {
      batch.ops.pop();
      batch.meant?.pop();
      this.tree.apply(batch.undo.pop() as Op);
      throw error;
    }
  }

  /** Throws where what was written does not fit. `added` is what the batch grew by: ops, or all of an action. */
  protected check({ ops }: OpenBatch, added: readonly Op[] | Call): void {
    validate(this, "action" in added ? ops : added);
  }

  /** Raw writes go into a new batch then. */
  protected isFull(_batch: OpenBatch): boolean {
    return false;
  }

  /** Applies an op as a part of the batch; false where the op does not apply. */
  protected apply(op: Op, { ops, undo }: OpenBatch): boolean {
    const inverse = this.tree.apply(op);
    if (!inverse) return false;
    ops.push(op);
    undo.push(inverse);
    return true;
  }

  /** May this write be made here? Subclasses say more. */
  protected guard(op: Op): void {
    if (!isActing(this) && this.definition.serverOnly.has(String(op[1][0])))
      fail("E_SERVER_ONLY", { store: this.name, path: op[1] });
  }

  call(action: string, args: readonly unknown[]): void {
    const { call, context } = this.originate(action, this.arguments(action, args));
    this.transaction(() => this.perform(call, context), call);
  }

  /** Runs an action's function on the tree, inside the atomic batch that is open. Throws E_OPTION where it gives a promise. */
  protected perform({ action, args }: Call, context: ActionContext): void {
    const { structs, run } = this.#action(action);
    const padded = Array.from(structs, (_, index) => args[index]);
    const given: unknown = acts(this, () => run(this.root, ...padded, context));
    // Most give nothing: no text is made for them.
    if (CHECKED && given) checkNoPromise(`${this.name}: actions.${action}`, given);
  }

  #action(action: string) {
    return (
      this.definition.actions.get(action) ?? fail("E_UNKNOWN_ACTION", { store: this.name, path: [action] })
    );
  }

  /** The arguments as the action's structs take them, as plain JSON: missing ones at the end are left out. */
  protected arguments(action: string, args: readonly unknown[]): readonly Json[] {
    return sentArguments(this.#action(action).structs, args, `${this.name}.${action}`);
  }

  /** Several writes, or those of a call, as one batch; when `fn` throws, or the whole is refused, nothing is written. */
  transaction<T>(fn: () => T, call?: Call): T {
    if (this.#atomic) return fn();
    this.close();
    const batch = this.newBatch(call);
    const result = this.attempt(batch, fn);
    this.#finish(batch);
    return result;
  }

  protected newBatch(call?: Call): OpenBatch {
    return { ops: [], undo: [], call };
  }

  /** Runs `fn` with all writes going to the batch; when it throws, or what it wrote is refused, undoes them. */
  protected attempt<T>(batch: OpenBatch, fn: (batch: OpenBatch) => T): T {
    this.#open = batch;
    this.#atomic = true;
    try {
      const result = fn(batch);
      this.check(batch, batch.call ?? batch.ops);
      return result;
    } catch (error) {
      this.revert(batch.undo);
      throw error;
    } finally {
      this.#open = undefined;
      this.#atomic = false;
    }
  }

  protected revert(undo: readonly Op[]): void {
    for (let index = undo.length; index--; ) this.tree.apply(undo[index] as Op);
  }

  #begin(): OpenBatch {
    if (!this.#closesSoon)
      queueMicrotask(() => {
        this.#closesSoon = false;
        this.close();
      });
    this.#closesSoon = true;
    return this.newBatch();
  }

  /** Ends the open batch of raw writes, if there is one, and hands it on. */
  close(): void {
    const batch = this.#open;
    if (!batch || this.#atomic) return;
    this.#open = undefined;
    this.#finish(batch);
  }

  #finish(batch: Batch): void {
    if (!batch.call && !batch.ops.length) return;
    this.commit(batch);
    // A store that waits for the server has taken its ops back by now.
    if (batch.undo.length) this.notify(batch.ops);
  }

  /** One listener that throws hinders no other. */
  protected notify(ops: readonly Op[] | undefined): void {
    for (const listener of this.#listeners ?? [])
      try {
        listener(ops);
      } catch (error) {
        this.fault(error);
      }
  }

  /** What nobody above could understand. */
  protected fault(error: unknown): void {
    uncaught(error);
  }
}
