import { type Check, isFunction, ownName, refuseOption, verify } from "./check-options.ts";

// They are called by themselves: a method that needs its object, or stands in its class, is no rule.
const aRule: Check = [isFunction, "a function"];
const ruleChecks: Readonly<Record<string, Check>> = { read: aRule, write: aRule, view: aRule };

/** Throws E_OPTION for rules that nobody would ask: of another name, no functions, or of a class. */
export function checkRules(rules: unknown, prefix: string): void {
  verify(rules, ruleChecks, prefix);
  const kind: unknown = Object.getPrototypeOf(rules);
  if (kind !== Object.prototype && kind !== null)
    refuseOption(ownName(prefix), "a plain object, whose rules are its own", rules);
}
