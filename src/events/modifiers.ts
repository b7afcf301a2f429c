import { CHECKED, DEV } from "#dev";
import { misuse } from "./misuse.ts";

/** What stands in an event attribute's name: `keydown.ctrl.s.prevent`. */
export interface EventName {
  readonly type: string;
  /** As it was given; in development. */
  readonly text?: string;
  /** One of these was pressed; empty: any. As `KeyboardEvent.key` in lower case; arrows go by their direction. */
  readonly keys: string[];
  /** All of these are held. */
  readonly held: SystemKey[];
  readonly prevent?: boolean;
  readonly stop?: boolean;
  readonly self?: boolean;
  readonly once?: boolean;
  readonly capture?: boolean;
  readonly passive?: boolean;
  readonly camel?: boolean;
  /** In milliseconds, as `throttle`. */
  readonly debounce?: number;
  readonly throttle?: number;
}

type Parsed = { -readonly [Key in keyof EventName]: EventName[Key] } & Record<string, unknown>;
type SystemKey = "ctrlKey" | "altKey" | "shiftKey" | "metaKey";

const FLAG = /^(prevent|stop|self|once|capture|passive|camel)$/;
const WAIT = /^(debounce|throttle)$/;
const SYSTEM = /^(ctrl|alt|shift|meta)$/;
const KEY = /^(.|enter|escape|tab|delete|backspace|home|end|(page)?(up|down)|left|right|f\d\d?)$/u;
const SHORT: Record<string, string> = { esc: "escape", space: " " };
const DEFAULT_MS = 300;

/** The event and its modifiers, `click.prevent`, where an attribute of this name holds a call. */
export const eventOf = (attribute: string): string | undefined => /^(?:@|data-on-)(.+)/.exec(attribute)?.[1];

/** Whether a form's call stands in an attribute of this name. */
export const isSubmit = (attribute: string): boolean => /^submit(\.|$)/.test(eventOf(attribute) ?? "");

/**
 * Reads an event attribute's name, without its `@`. Modifiers may stand in any order and in any case, as the HTML
 * parser lowers static names; the event's own name keeps its case. Throws for an unknown modifier; production
 * browsers take any word on a key event for a key.
 */
export function parseEventName(name: string, where: () => string): EventName {
  const [type = "", ...modifiers] = name.split(".");
  const event: Parsed = { type, keys: [], held: [] };
  if (DEV) event.text = name;
  let wait = "";
  for (const given of modifiers) {
    const word = given.toLowerCase();
    const key = SHORT[word] ?? word.replace(/^arrow/, "");
    if (wait && /^\d+$/.test(word)) event[wait] = Number(word);
    else if (FLAG.test(word)) event[word] = true;
    else if (WAIT.test(word)) event[word] = DEFAULT_MS;
    else if (!/^key/.test(type) || (CHECKED && !SYSTEM.test(word) && !KEY.test(key)))
      misuse("E_MODIFIER", where(), CHECKED && { name: word });
    else if (SYSTEM.test(word)) event.held.push(`${word}Key` as SystemKey);
    else event.keys.push(key);
    wait = WAIT.test(word) ? word : "";
  }
  if (event.camel) event.type = type.replace(/-./g, ([, letter = ""]) => letter.toUpperCase());
  return event;
}

/** Whether the filters let the event through: `.self`, and the keys (none while an input method composes). */
export function accepts({ self, keys, held }: EventName, event: Event): boolean {
  const { target, currentTarget, key, isComposing } = event as KeyboardEvent;
  return (
    (!self || target === currentTarget) &&
    held.every((system) => (event as KeyboardEvent)[system]) &&
    // Browsers fill in forms with key events that have no key.
    (!keys.length || (!isComposing && keys.includes(`${key}`.toLowerCase().replace(/^arrow/, ""))))
  );
}
