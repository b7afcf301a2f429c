/** What is bound, shown: each binding writes what it binds, when that is another value than the one that is there. */
import { attributeFrom, type Binding } from "./bindings.ts";
import { type Names, valueAt } from "./path.ts";
import { isTrue, textOf } from "./values.ts";

/** Shows what is bound as it is now. */
export type Update = () => void;

// A form's fields stand before its own properties: what is asked of any element is asked of its prototype.
const { getAttribute, hasAttribute, setAttribute, removeAttribute } = Element.prototype;

/** A property of any node, whatever the names of a form's fields. */
export const ownOf = <K extends keyof Element>(node: Node, key: K): Element[K] =>
  Reflect.get(Element.prototype, key, node);

function follow<T>(read: () => T, write: (value: T) => void, present: T): Update {
  return () => {
    const value = read();
    if (value !== present) write((present = value));
  };
}

/** What the server has filled in already is not touched. */
export function updateOf(
  element: Element,
  binding: Exclude<Binding, { kind: "model" | "each" }>,
  names: Names,
): Update {
  const value = () => valueAt(binding.path, names);
  const setTo = (name: string) => (text: string | null) =>
    text === null ? removeAttribute.call(element, name) : setAttribute.call(element, name, text);
  switch (binding.kind) {
    case "text": {
      const write = (text: string) => Reflect.set(Element.prototype, "textContent", text, element);
      return follow(() => textOf(value()), write, ownOf(element, "textContent"));
    }
    case "show": {
      const hide = setTo("hidden");
      const isHidden = () => !isTrue(value());
      return follow(isHidden, (hidden) => hide(hidden ? "" : null), hasAttribute.call(element, "hidden"));
    }
    case "class": {
      const classes = ownOf(element, "classList");
      const { name } = binding;
      return follow(
        () => isTrue(value()),
        (isOn) => classes.toggle(name, isOn),
        classes.contains(name),
      );
    }
    default: {
      const { name } = binding;
      return follow(() => attributeFrom(binding, value()), setTo(name), getAttribute.call(element, name));
    }
  }
}
