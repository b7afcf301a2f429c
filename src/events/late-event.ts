/**
 * An event that is handed out after its dispatch has forgotten `currentTarget` and retargeted `target` to the shadow
 * host, and the field it came from may show another row by then. So its element, its path and the field's value are
 * taken while it is dispatched.
 */
export function lateEvent(event: Event): Event {
  const path = event.composedPath();
  return overlay(event, {
    composedPath: () => () => path,
    target: lateField(event.target),
    currentTarget: lateField(event.currentTarget),
  });
}

type Field = EventTarget & { value?: unknown; checked?: unknown };

/** The element itself; where its value or check mark changed since, a view of it that shows them as they were. */
function lateField(field: Field | null): () => Field | null {
  const { value, checked } = field ?? {};
  return () =>
    !field || (field.value === value && field.checked === checked)
      ? field
      : overlay(field, { value: () => value, checked: () => checked });
}

/** The object as it is, but for what `held` gives. Methods run on the object itself: the platform's accept no proxy. */
const overlay = <T extends object>(object: T, held: Record<PropertyKey, () => unknown>): T =>
  new Proxy(object, {
    get(from, name) {
      const value = Object.hasOwn(held, name) ? held[name]?.() : Reflect.get(from, name);
      return typeof value === "function" ? value.bind(from) : value;
    },
    set: (into, name, value) => Reflect.set(into, name, value),
  });
