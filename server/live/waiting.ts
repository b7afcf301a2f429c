/**
 * Instances that no page has, by the sessions whose pages had them. Where they are too many, the oldest of the session that
 * holds most has to go: so nobody loses anything to somebody who floods.
 */
import type { Instance } from "./instance.ts";

/** So many of them, of so many bytes together, are kept. */
export const MAX_AWAY = 10_000;
export const MAX_AWAY_BYTES = 64 * 1024 * 1024;
/** What one weighs besides its bytes: both limits are reached at the same weight. */
const OWN_WEIGHT = Math.ceil(MAX_AWAY_BYTES / MAX_AWAY);

interface Away {
  readonly until: number;
  readonly bytes: number;
}

/** What one session holds. */
interface Share {
  readonly id: string;
  /** The oldest first. */
  readonly instances: Map<Instance, Away>;
  weight: number;
}

export class Waiting {
  readonly #shares = new Map<string, Share>();
  /** By the power of two of their weights: to find one that is among the heaviest nobody compares them all. */
  readonly #ranks: (Set<Share> | undefined)[] = [];
  size = 0;
  bytes = 0;

  get weight(): number {
    return this.bytes + this.size * OWN_WEIGHT;
  }

  /** `until`: by the clock of `expired`. */
  add(instance: Instance, until: number): void {
    const id = sessionOf(instance);
    const share = this.#shares.get(id) ?? { id, instances: new Map<Instance, Away>(), weight: 0 };
    this.#shares.set(id, share);
    const bytes = instance.bytes + instance.paramsBytes;
    share.instances.set(instance, { until, bytes });
    this.#weigh(share, 1, bytes);
  }

  delete(instance: Instance): void {
    const share = this.#shares.get(sessionOf(instance));
    const away = share?.instances.get(instance);
    if (!share || !away) return;
    share.instances.delete(instance);
    this.#weigh(share, -1, -away.bytes);
    if (!share.instances.size) this.#shares.delete(share.id);
  }

  #weigh(share: Share, count: number, bytes: number) {
    this.size += count;
    this.bytes += bytes;
    const from = rankOf(share);
    share.weight += bytes + count * OWN_WEIGHT;
    const to = rankOf(share);
    // In its rank it keeps its place: the first one there is the one that was there first.
    if (from === to) return;
    this.#ranks[from]?.delete(share);
    if (to) (this.#ranks[to] ??= new Set()).add(share);
  }

  /** The oldest one of a session that holds most, or more than half of that. */
  oldestOfMost(): Instance | undefined {
    const [most] = this.#ranks.findLast((rank) => rank?.size) ?? [];
    const [oldest] = most?.instances.keys() ?? [];
    return oldest;
  }

  /** Those that have waited long enough. */
  expired(now: number): Instance[] {
    const expired: Instance[] = [];
    for (const { instances } of this.#shares.values())
      for (const [instance, { until }] of instances) if (until <= now) expired.push(instance);
    return expired;
  }
}

/** 0: it holds nothing. */
const rankOf = ({ weight }: Share): number => (weight ? Math.ceil(Math.log2(weight)) : 0);

/** The client where there is none. */
const sessionOf = ({ session, client }: Instance): string =>
  (session as { readonly id?: string } | undefined)?.id ?? client.id;
