import type { Client } from "./definition.ts";

/**
 * What an action gets besides its arguments. Time, ids and randomness are derived from the operation, so that
 * the browser's prediction and the server's run agree.
 */
export interface ActionContext {
  /** Who acts. In the browser: this page's own client. */
  readonly client: Client;
  /**
   * A new id, 20 letters and digits; each call gives another. It is derived from what the client sends: one that forges
   * its calls can make an id of its own come twice.
   */
  readonly id: () => string;
  /**
   * When the operation was made, in ms since 1970 by the acting browser's clock. One that is ahead of the
   * server's by more than a minute is set back.
   */
  readonly now: () => number;
  /** From 0 to 1, like Math.random. */
  readonly random: () => number;
}

/** What a context is derived from; it travels with the operation. */
export interface ActionOrigin {
  readonly client: Client;
  readonly store: string;
  /** Numbers the actions of one client and store. */
  readonly seed: number;
  readonly at: number;
  /** The latest time that `now()` says. Ids do not depend on it. */
  readonly latest?: number;
}

export function actionContext({ client, store, seed, at, latest = at }: ActionOrigin): ActionContext {
  let draws = 0;
  const random = () => hash(`${draws++} ${client.id} ${seed} ${at} ${store}`) / 2 ** 32;
  const letters = () => random().toString(36).slice(2, 7).padEnd(5, "0");
  return {
    client,
    id: () => letters() + letters() + letters() + letters(),
    now: () => Math.min(at, latest),
    random,
  };
}

/** 32 bits of a text: FNV-1a, with a mix. What is nearly the same comes first, so that the rest of the text mixes it. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x85ebca6b);
    // A product carries upwards only.
    mixed ^= mixed >>> 15;
  }
  return mixed >>> 0;
}
