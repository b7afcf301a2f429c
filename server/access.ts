import { given } from "../src/dev/check-options.ts";
import type { AccessRules, Change, Client, Definition } from "../src/state/definition.ts";

/** The rules of the stores for which `server.access` gave some. They go before the definition's own. */
const rules = new WeakMap<Definition, AccessRules>();

export function setAccess(definition: Definition, access: AccessRules): void {
  rules.set(definition, { ...definition.access, ...given(access) });
}

const none: AccessRules = {};

/** The rules of a store: those of the server, then those of the definition. */
export const rulesOf = (definition: Definition): AccessRules =>
  rules.get(definition) ?? definition.access ?? none;

/** Has anybody said who may read this store? Those without a rule are listed at start. */
export const isOpen = (definition: Definition): boolean => !rulesOf(definition).read;

export interface Asked {
  readonly definition: Definition;
  readonly key: string | undefined;
  readonly client: Client;
  readonly session: unknown;
  /** `violet({ stores })`: what holds where there is no rule. */
  readonly stores: "allow" | "deny";
}

/** At once, where the rule answers at once. */
export function mayRead({ definition, key, client, session, stores }: Asked): boolean | Promise<boolean> {
  const { read } = rulesOf(definition);
  return read ? isTrue(read(client, { key, session })) : stores === "allow";
}

/** Without a rule, a store with actions takes actions alone, and one without takes writes. */
export function mayWrite(definition: Definition, client: Client, change: Change): boolean | Promise<boolean> {
  const { write } = rulesOf(definition);
  return write ? isTrue(write(client, change)) : change.via === "action" || definition.actions.size === 0;
}

/** A rule that says anything else than true has not allowed it. */
const isTrue = (answer: boolean | PromiseLike<boolean>): boolean | Promise<boolean> =>
  typeof answer === "boolean" ? answer : Promise.resolve(answer).then((allowed) => allowed === true);
