import { type Check, isFunction, mustBePlain, ownName, verify } from "./check-options.ts";

// They are called by themselves: a method that needs its object, or stands in its class, is no rule.
const aRule: Check = [isFunction, "a function"];
const ruleChecks: Readonly<Record<string, Check>> = { read: aRule, write: aRule, view: aRule };

/** Throws E_OPTION for rules that nobody would ask: of another name, no functions, or of a class. */
export function checkRules(rules: unknown, prefix: string): void {
  verify(rules, ruleChecks, prefix);
  mustBePlain(rules as object, ownName(prefix));
}
