/** What development builds say of live elements: that they need a key, and why they show nothing. */
import type { LiveError } from "../src/state/live.ts";
import { keyOf } from "./html/keys.ts";

const warned = new Set<string>();

/** Warns of an element that stands in a row of a list, and has no key to be told from those of other rows. */
export function checkKey(element: HTMLElement): void {
  const { localName } = element;
  if (element.hasAttribute("key") || warned.has(localName) || !isInList(element, localName)) return;
  warnOfNoKey(localName);
}

/** Once for each tag. */
export function warnOfNoKey(localName: string): void {
  if (warned.has(localName)) return;
  warned.add(localName);
  console.warn(
    `violet: <${localName}> stands in a list without a key: when the list changes, a row may get another one's state, and without JavaScript those of data-each have one in common. Give it one: key=\${row.id}, in data-each data-attr-key="id".`,
  );
}

/** The row before it holds such an element, too. */
function isInList(element: Element, localName: string): boolean {
  for (let row: Element | null = element; row; row = row.parentElement) {
    const before = row.previousElementSibling;
    if (
      isRow(row) &&
      before?.localName === row.localName &&
      (row === element || before.querySelector(localName))
    )
      return true;
  }
  return false;
}

/** Lit sets an empty comment before each row; rows that a server rendered stand in two parts, the outer one without a digest. */
function isRow(element: Element): boolean {
  if (element.previousSibling instanceof Comment && element.previousSibling.data === "") return true;
  if (isBoundRow(element)) return true;
  let isInner = true;
  let closed = 0;
  for (let node = element.previousSibling; node; node = node.previousSibling) {
    if (!(node instanceof Comment)) continue;
    if (node.data === "/lit-part") closed++;
    else if (!node.data.startsWith("lit-part")) continue;
    else if (closed) closed--;
    else if (isInner) isInner = false;
    else return node.data === "lit-part";
  }
  return false;
}

/** Behind the comment that begins a row of `data-each`. */
function isBoundRow(element: Element): boolean {
  let node = element.previousSibling;
  while (node instanceof Text) node = node.previousSibling;
  return node instanceof Comment && keyOf(node.data) !== undefined;
}

const refused = new WeakMap<HTMLElement, LiveError>();

/** Warns, once for each error, of an element that the server does not mount: without a state it renders nothing. */
export function warnOfRefused(element: HTMLElement, component: string, error: LiveError | undefined): void {
  if (!error || refused.get(element) === error) return;
  refused.set(element, error);
  const { localName } = element;
  const { code, field, message } = error;
  const at = field === undefined ? "" : ` at "${field}"`;
  console.warn(`violet: <${localName}> shows nothing of "${component}": ${code}${at}: ${message}`);
}
