/** What development builds check of live elements in lists. */

const warned = new Set<string>();

/** Warns of an element that stands in a row of a list, and has no key to be told from those of other rows. */
export function checkKey(element: HTMLElement): void {
  const { localName } = element;
  if (element.hasAttribute("key") || warned.has(localName) || !isInList(element, localName)) return;
  warned.add(localName);
  console.warn(
    `violet: <${localName}> stands in a list without a key: when the list changes, a row may get another one's state. Give it one: key=\${row.id}.`,
  );
}

/** Lit sets an empty comment before each row; the row before it holds such an element, too. */
function isInList(element: Element, localName: string): boolean {
  for (let row: Element | null = element; row; row = row.parentElement) {
    const before = row.previousElementSibling;
    const isRow = row.previousSibling instanceof Comment && row.previousSibling.data === "";
    if (isRow && before?.localName === row.localName && (row === element || before.querySelector(localName)))
      return true;
  }
  return false;
}
