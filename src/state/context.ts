import type { Client } from "./definition.ts";

/**
 * What an action gets besides its arguments. Time, ids and randomness are derived from the operation, so that
 * the browser's prediction and the server's run agree.
 */
export interface ActionContext {
  /** Who acts. In the browser: this page's own client. */
  readonly client: Client;
  /** A new id, 20 letters and digits; each call gives another. */
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
  const next = generator(`${client.id} ${store} ${seed} ${at}`);
  const letters = () => (next() * 2 ** 32).toString(36).padStart(7, "0").slice(-5);
  return {
    client,
    id: () => letters() + letters() + letters() + letters(),
    now: () => Math.min(at, latest),
    random: next,
  };
}

/** The lanes' factors: odd, and far from each other, so that no two texts meet in more than one lane. */
const factors = [0x01000193, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];

/** A sfc32 generator, seeded by a hash of the text in four lanes. */
function generator(text: string): () => number {
  const lanes = factors.map((factor) => {
    let hash = 0x811c9dc5;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), factor);
      // A product carries upwards only.
      hash ^= hash >>> 15;
    }
    return hash;
  });
  const next = () => {
    const [a, b, c, d] = lanes as [number, number, number, number];
    const sum = (a + b + d) | 0;
    lanes[0] = b ^ (b >>> 9);
    lanes[1] = (c + (c << 3)) | 0;
    lanes[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    lanes[3] = (d + 1) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) next();
  return next;
}
