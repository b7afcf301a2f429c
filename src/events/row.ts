/** A row of a list in plain HTML, as the names in its calls see it. */
export interface Row {
  readonly value: unknown;
  readonly index: number;
  /** The row that its list stands in. */
  readonly outer: Row | undefined;
}

const rows = new WeakMap<Node, Row>();

/** Says which row an element begins. */
export const setRow = (node: Node, row: Row): void => void rows.set(node, row);

/** The innermost row around a node, or at it. What stands in a shadow root is in no row outside. */
export function rowOf(node: Node | null): Row | undefined {
  // A form's fields stand before its own properties.
  for (let at = node; at; at = Reflect.get(Node.prototype, "parentNode", at)) {
    const row = rows.get(at);
    if (row) return row;
  }
}

/**
 * What a name in a call stands for in a row and those around it: `$index`, `$value` for the item itself, or a path,
 * `author.name`, in the innermost row that has its first key; of a step that is not there `undefined`. Undefined where no row has it.
 */
export function inRow(innermost: Row | undefined, name: string): { readonly value: unknown } | undefined {
  const steps = name.split(".");
  for (let row = innermost; row; row = row.outer) {
    if (name === "$index") return { value: row.index };
    if (name === "$value") return { value: row.value };
    if (has(row.value, steps[0] as string)) return { value: steps.reduce(step, row.value) };
  }
}

/** Own keys alone. */
const has = (value: unknown, key: string): value is Record<string, unknown> =>
  value != null && Object.hasOwn(value, key);
const step = (value: unknown, key: string) => (has(value, key) ? value[key] : undefined);
