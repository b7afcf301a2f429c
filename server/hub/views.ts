/**
 * What the subscribers of a store with a view see. Each client's view is computed anew for every version; those whose
 * views say the same share one value, and one frame for what changed in it. So N clients of equal view cost N calls of
 * the view and digests of what it gave, and one comparison, one encoding and one buffer.
 */
import { hash } from "node:crypto";
import type { Client, Definition } from "../../src/state/definition.ts";
import { type JsonObject, plain } from "../../src/state/json.ts";
import type { Op } from "../../src/state/ops.ts";
import { rulesOf } from "../access.ts";
import { difference } from "./difference.ts";
import { Encoded } from "./encoded.ts";

/** What one or more clients see. */
export interface View {
  readonly value: JsonObject;
  readonly digest: string;
  /** How many hold it. */
  holders: number;
}

/** What a version changed for those who saw the same before it, and see the same after it. */
export interface Change {
  readonly ops: readonly Op[];
  readonly patch: Encoded;
}

interface Viewed {
  readonly definition: Definition;
  readonly name: string;
  /** The store's number on the wire. */
  readonly id: number;
}

export class Views {
  readonly #store: Viewed;
  /** Those that somebody holds, by their digest. */
  #held: Map<string, View> | undefined;
  /** What version `#version` changed, by the digests before and after. */
  #changes: Map<string, Change> | undefined;
  #version = 0;
  /** The last whole state that somebody saw: those who see all of it need no look at it. */
  #whole: { readonly root: JsonObject; readonly digest: string } | undefined;

  constructor(store: Viewed) {
    this.#store = store;
  }

  /** Whether the rules of the store have a view. */
  get areDefined(): boolean {
    return rulesOf(this.#store.definition).view !== undefined;
  }

  /** The part of a state that a client may see. */
  of(client: Client, root: JsonObject): JsonObject {
    const { definition, name } = this.#store;
    const { view } = rulesOf(definition);
    if (!view) return root;
    const seen = view(root, client);
    return seen === root ? root : (plain(seen, name) as JsonObject);
  }

  /** The same, to be held until it is released. */
  hold(client: Client, root: JsonObject): View {
    const value = this.of(client, root);
    const digest = value === root ? this.#digestOfWhole(root) : digestOf(value);
    const held = (this.#held ??= new Map());
    const view = held.get(digest) ?? { value, digest, holders: 0 };
    view.holders++;
    held.set(digest, view);
    return view;
  }

  release(view: View): void {
    if (--view.holders === 0) this.#held?.delete(view.digest);
  }

  #digestOfWhole(root: JsonObject) {
    if (this.#whole?.root !== root) this.#whole = { root, digest: digestOf(root) };
    return this.#whole.digest;
  }

  /** What version `v` changed for who saw `before` and sees `after`. */
  change(before: View, after: View, v: number): Change {
    const changes = (this.#changes ??= new Map<string, Change>());
    if (v !== this.#version) changes.clear();
    this.#version = v;
    const pair = `${before.digest} ${after.digest}`;
    const known = changes.get(pair) ?? this.#compare(before, after, v);
    changes.set(pair, known);
    return known;
  }

  #compare(before: View, after: View, v: number): Change {
    const ops = before === after ? [] : difference(before.value, after.value);
    return { ops, patch: new Encoded({ type: "SYNC", store: this.#store.id, v, ops }) };
  }
}

const digestOf = (value: JsonObject) => hash("sha256", JSON.stringify(value), "base64url");
