import type { Change, Client } from "../../src/state/definition.ts";
import type { Frame } from "../../src/wire/frames.ts";
import { type Asked, mayRead, mayWrite } from "../access.ts";
import { inTime } from "../deadline.ts";
import type { Facts } from "../logger.ts";
import type { Verdict } from "./authority.ts";
import type { Subscription } from "./subscription.ts";
import type { HubTime } from "./time.ts";

type BatchFrame = Frame<"write">["batches"][number];

export interface RightsOptions {
  /** What holds for a store without a rule. */
  readonly stores: "allow" | "deny";
  readonly handlerMs: number;
  readonly time: HubTime;
  within<T>(client: Client, fn: () => T): T;
  report(error: unknown, facts?: Facts): void;
}

/** What the app's rules say of clients. They run in the scope of the client, and have so much time. */
export class Rights {
  readonly #options: RightsOptions;

  constructor(options: RightsOptions) {
    this.#options = options;
  }

  /** Throws, or rejects with, what the rule throws; rejects with E_UNAVAILABLE where it takes too long. */
  mayRead(asked: Omit<Asked, "stores">): boolean | Promise<boolean> {
    const answer = this.#reads(asked);
    return answer instanceof Promise ? this.#inTime(answer, "read", asked.definition.name) : answer;
  }

  #reads(asked: Omit<Asked, "stores">) {
    const { stores, within } = this.#options;
    return within(asked.client, () => mayRead({ ...asked, stores }));
  }

  /**
   * Whether each batch may be written, by who may still read the store; at once, where no rule takes time. A rule that
   * throws allows nothing. Rejects with E_UNAVAILABLE where one takes too long.
   */
  judge(subscription: Subscription, batches: readonly BatchFrame[]): Verdict[] | Promise<Verdict[]> {
    const verdicts = together(batches.map((batch) => this.#judge(subscription, batch)));
    const { name } = subscription.authority.definition;
    return verdicts instanceof Promise ? this.#inTime(verdicts, "write", name) : verdicts;
  }

  #judge(subscription: Subscription, batch: BatchFrame): Verdict | Promise<Verdict> {
    const { authority, client } = subscription;
    const changes: Change[] = Array.isArray(batch)
      ? batch.map(([kind, path]) => ({ via: "write", kind, path }))
      : [{ via: "action", action: batch.action }];
    const ask = (change: Change) =>
      this.#options.within(client, () => mayWrite(authority.definition, client, change));
    const asked: (boolean | Promise<boolean>)[] = [];
    try {
      for (const change of changes) asked.push(ask(change));
      if (authority.isGuarded) asked.push(this.#stillReads(subscription));
      const answers = together(asked);
      if (!(answers instanceof Promise)) return verdictOf(answers);
      return answers.then(verdictOf, (error: unknown) => this.#fault(error, subscription));
    } catch (error) {
      // Nobody waits for those that were asked before: one that rejects would end the process.
      void Promise.allSettled(asked.map(async (answer) => answer));
      return this.#fault(error, subscription);
    }
  }

  #stillReads({ authority: { definition, key }, client, connection }: Subscription) {
    return this.#reads({ definition, key, client, session: connection.peer.session });
  }

  #fault(error: unknown, { authority: { definition, key }, client }: Subscription): Verdict {
    this.#options.report(error, { store: definition.name, key, client: client.id });
    return "E_INTERNAL";
  }

  #inTime<T>(answer: Promise<T>, rule: "read" | "write", store: string): Promise<T> {
    return inTime(answer, { what: `The rule "${rule}" of "${store}"`, ...this.#options });
  }
}

/** Answers of which some may be waited for: one promise, if any has to be. */
const together = <T>(answers: readonly (T | Promise<T>)[]): T[] | Promise<T[]> =>
  answers.some((answer) => answer instanceof Promise)
    ? Promise.all(answers.map(async (answer) => answer))
    : (answers as T[]);

const verdictOf = (answers: readonly boolean[]): Verdict =>
  answers.every(Boolean) ? undefined : "E_FORBIDDEN";
