/** What `shared`, `shared.family` and `local` refuse of their names and options. */
import { fail } from "../errors.ts";
import { isSafeKey } from "../state/json.ts";
import type { GivenOptions } from "../state/options.ts";
import type { AnyStruct } from "../state/struct.ts";
import { MAX_NAME_LETTERS } from "../wire/protocol.ts";
import {
  aFlag,
  aFunction,
  aStruct,
  type Check,
  checkDeclared,
  isList,
  isObject,
  isText,
  keysOf,
  mustBePlain,
  namedIn,
  refuseOption,
  verify,
} from "./check-options.ts";
import { checkRules } from "./check-rules.ts";
import { checkSynchronous } from "./no-promise.ts";

const keys: Check = [isList(isText), "a list of keys of the state"];
const common = {
  state: aStruct,
  initial: aFunction,
  actions: aFunction,
  version: [Number.isInteger, "an integer"],
  migrate: aFunction,
} satisfies Record<string, Check>;
const shared = {
  ...common,
  serverOnly: keys,
  access: [isObject, "an object"],
  optimistic: aFlag,
} satisfies Record<string, Check>;
const checks: Readonly<Record<Kind, Readonly<Record<string, Check>>>> = {
  shared,
  "shared.family": { ...shared, key: aStruct },
  local: {
    ...common,
    persist: [
      (value) => typeof value === "boolean" || value === "session" || value === "cookie",
      'true, false, "session" or "cookie"',
    ],
    reflect: keys,
  },
};

type Kind = "shared" | "shared.family" | "local";

/** A store of a family is called `family/key`, an instance of a live component `@component/key`. */
const isName = (name: string): boolean =>
  /^[^\s\p{Cc}\p{Cs}/@][^\s\p{Cc}\p{Cs}/]*$/u.test(name) && name.length <= MAX_NAME_LETTERS;

/** Throws E_OPTION. */
export function checkDefinition(kind: Kind, name: unknown, given: GivenOptions): void {
  const expected = `a name of 1 to ${MAX_NAME_LETTERS} letters, without white space and "/", and without "@" in front`;
  if (typeof name !== "string") return refuseOption(`${kind}(name)`, expected, name);
  if (!isName(name)) fail("E_OPTION", { name: `${kind}(${name})`, expected });
  verify(given, checks[kind], `${name}: `, kind === "local" ? ["initial"] : ["state", "initial"]);
  mustBePlain(given, name);
  if (given.access) checkRules(given.access, `${name}: access.`);
  checkKeys(name, given);
}

function checkKeys(store: string, { state, serverOnly = [], reflect = [] }: GivenOptions): void {
  const own = state && keysOf(state);
  for (const [option, named] of Object.entries({ serverOnly, reflect }))
    for (const key of named as readonly string[])
      if (own && !own.includes(key))
        fail("E_OPTION", {
          name: `${store}: ${option}`,
          expected: `keys of the state: ${own.join(", ")}`,
          got: `"${key}"`,
        });
}

/** Of what `actions` gave. Throws E_OPTION. */
export function checkActions(store: string, made: unknown, state: AnyStruct | undefined): void {
  if (!isObject(made))
    return refuseOption(`${store}: actions`, "a function that returns the actions by their names", made);
  const own = state && (namedIn(state) ?? keysOf(state));
  for (const [action, entry] of Object.entries(made)) {
    const name = `${store}: actions.${action}`;
    if (own?.includes(action)) fail("E_OPTION", { name, got: "the name of a state key" });
    if (!isSafeKey(action)) fail("E_OPTION", { name, got: "a name that JavaScript itself asks for" });
    if (!isObject(entry) || !("run" in entry && "structs" in entry))
      return refuseOption(name, "what action(fn) or action([structs], fn) makes", entry);
    checkDeclared(name, entry.structs, entry.run);
    checkSynchronous(name, entry.run);
  }
}
