/** The fields of forms in the HTML of a page, as browsers find them: those inside, and those that name their form. */
import type { DefaultTreeAdapterTypes } from "parse5";

type Parent = DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;

/** A field, or a button. */
export interface Control {
  readonly element: Element;
  readonly name: string | undefined;
  /** The elements around it, the nearest first. */
  readonly around: readonly Element[];
  /** It is not sent. */
  readonly isDisabled: boolean;
}

/** Custom elements may be fields, too. */
const CONTROL = /^(button|input|select|textarea)$|-/;

export const attributeOf = ({ attrs }: Element, wanted: string): string | undefined =>
  attrs.find(({ name }) => name === wanted)?.value;

/** The controls of each form of one tree, in the order of the page; what stands in its shadow roots is of other trees. */
export function controlsIn(tree: Parent): ReadonlyMap<Element | undefined, readonly Control[]> {
  const all: Control[] = [];
  const byId = new Map<string, Element>();
  const collect = ({ childNodes }: Parent, around: readonly Element[]) => {
    for (const element of childNodes) {
      if (!("tagName" in element)) continue;
      const id = attributeOf(element, "id");
      if (id !== undefined && !byId.has(id)) byId.set(id, element);
      if (CONTROL.test(element.tagName)) all.push(controlOf(element, around));
      collect(element, [element, ...around]);
    }
  };
  collect(tree, []);
  return Map.groupBy(all, (control) => formOf(control, byId));
}

const controlOf = (element: Element, around: readonly Element[]): Control => ({
  element,
  name: attributeOf(element, "name"),
  around,
  isDisabled: attributeOf(element, "disabled") !== undefined || isInDisabled(element, around),
});

function formOf({ element, around }: Control, byId: ReadonlyMap<string, Element>): Element | undefined {
  const named = attributeOf(element, "form");
  const form = named === undefined ? around.find(({ tagName }) => tagName === "form") : byId.get(named);
  return form?.tagName === "form" ? form : undefined;
}

/** What a fieldset's own legend holds is not disabled with it. */
const isInDisabled = (element: Element, around: readonly Element[]): boolean =>
  around.some((fieldset, index) => {
    if (fieldset.tagName !== "fieldset" || attributeOf(fieldset, "disabled") === undefined) return false;
    const legend = fieldset.childNodes.find((node) => "tagName" in node && node.tagName === "legend");
    return !legend || legend !== (around[index - 1] ?? element);
  });
