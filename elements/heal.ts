/**
 * What can wait until an element is adopted: its styles, and what Lit keeps silently. Lit believes that each part
 * shows what was rendered for it. This looks, corrects the DOM where it does not, and says what differed. It is loaded
 * after the first hydration: what a part is committed to show is the same then.
 */

import { adoptStyles, type LitElement, nothing } from "lit";
import {
  type AttributePart,
  type BooleanAttributePart,
  type ChildPart,
  type Part,
  PartType,
} from "lit/directive.js";
import { getCommittedValue } from "lit/directive-helpers.js";
import { DEV } from "#dev";

/** The HTML parser writes line ends so. */
const parsed = (value: unknown) => String(value).replace(/\r\n?/g, "\n");

const isEmpty = (value: unknown) => value == null || value === nothing || value === "";

/** The parts inside what a part shows; undefined where that is a text. Given, so that this stays a chunk of its own. */
type PartsOf = (value: unknown) => readonly Part[] | undefined;

/** Goes over an adopted element. `error`: why its root could not be adopted. */
export function heal(element: Adopted, part: ChildPart, partsOf: PartsOf, error: unknown): void {
  takeOverStyles(element);
  const differences = error ? [(error as Error).message] : [...differencesIn(part, partsOf)];
  const details = DEV
    ? `. Corrected: ${differences.join("; ")}. Does its render() depend on more than state?`
    : "";
  if (differences.length)
    console.warn(`violet: <${element.localName}> is not what the server rendered${details}`);
}

type Adopted = Pick<LitElement, "localName" | "renderRoot">;

/** The class's sheets, which all its elements share, replace the links' in one task: nothing flashes. */
function takeOverStyles(element: Adopted) {
  const root = element.renderRoot as ShadowRoot;
  adoptStyles(root, (element.constructor as typeof LitElement).elementStyles);
  for (const node of root.childNodes as NodeListOf<HTMLLinkElement>) {
    if (node instanceof Comment) return;
    if (node.sheet) node.sheet.disabled = true;
  }
}

function* differencesIn(part: Part, partsOf: PartsOf): Generator<string, void> {
  const value = getCommittedValue(part as ChildPart);
  if (part.type === PartType.CHILD) {
    // What the browser has made since then is right by itself.
    if (value instanceof Node || !isOfServer(part.startNode)) return;
    const inner = partsOf(value);
    if (inner) for (const each of inner) yield* differencesIn(each, partsOf);
    else yield* healText(part, value);
  } else if (part.type === PartType.ATTRIBUTE || part.type === PartType.BOOLEAN_ATTRIBUTE)
    yield* healAttribute(part, expectedAttribute(part, value));
}

const isOfServer = (node: Node | null) => node instanceof Comment && node.data.startsWith("lit-part");

function* healText(part: ChildPart, value: unknown): Generator<string, void> {
  const { startNode, endNode } = part as unknown as { startNode: ChildNode; endNode: ChildNode };
  const text = isEmpty(value) ? "" : parsed(value);
  const nodes: ChildNode[] = [];
  for (let node = startNode.nextSibling; node && node !== endNode; node = node.nextSibling) nodes.push(node);
  const found = nodes.map((node) => node.textContent).join("");
  if (found === text && nodes.length === (text ? 1 : 0)) return;
  for (const node of nodes) node.remove();
  if (text) endNode.before(text);
  if (found !== text) yield `the text "${found}" for "${text}"`;
}

/** Null: the attribute is not there. */
function expectedAttribute(
  { type, strings }: AttributePart | BooleanAttributePart,
  value: unknown,
): string | null {
  if (type === PartType.BOOLEAN_ATTRIBUTE) return value && value !== nothing ? "" : null;
  const values = (strings ? value : [value]) as readonly (string | typeof nothing | undefined)[];
  if (values.includes(nothing)) return null;
  const texts = values.map((each, index) => (strings?.[index] ?? "") + String(each ?? ""));
  return parsed(texts.join("") + (strings?.at(-1) ?? ""));
}

function* healAttribute({ element, name }: AttributePart | BooleanAttributePart, expected: string | null) {
  const found = element.getAttribute(name);
  // The reader may have opened or closed it already.
  if (found === expected || name === "open") return;
  // In a form that the server sends back stands what was typed.
  if (/^(value|checked|selected)$/.test(name) && element.closest("[data-violet-typed]")) return;
  if (expected === null) element.removeAttribute(name);
  else element.setAttribute(name, expected);
  yield `the attribute ${name}="${found}" for "${expected}"`;
}
