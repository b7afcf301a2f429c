/**
 * What an element of plain HTML binds, read from its attributes. Only the page's author writes these attributes: what
 * would make code of state is refused by its name, and by its value where it is shown (`src/events/sinks.ts`).
 */
import { misuse, place } from "../../src/events/misuse.ts";
import { type Binder, binderOf } from "../../src/events/sinks.ts";
import { type Path, readPath } from "./path.ts";
import { attributeOf } from "./values.ts";

export type Binding =
  | { readonly kind: "text"; readonly path: Path }
  | { readonly kind: "show"; readonly path: Path }
  | { readonly kind: "model"; readonly path: Path }
  | { readonly kind: "class"; readonly name: string; readonly path: Path }
  | { readonly kind: "attr"; readonly name: string; readonly path: Path; readonly guard: Binder }
  | { readonly kind: "each"; readonly path: Path; readonly key: Path | undefined };

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** The tags that provide a store to the HTML inside them. */
export const PROVIDERS: ReadonlySet<string> = new Set(["violet-shared", "violet-local", "violet-live"]);

const NAME = /^data-(?:(text|show|model|each)|(class|attr)(?:-(.+))?)$/;
/** Handlers, documents, styles, and the attributes that are read as paths and calls. */
const CODE =
  /^(on|hx-on|srcdoc$|style$|data-(on-|violet|(text|show|model|each|key|class|attr)(-|$)))|[^\w.-]/;
const CODE_TAG = /^(script|style)$/;
const EMPTY = /^(area|base|br|col|embed|hr|img|input|link|meta|source|template|track|wbr)$/;
const FIELD = /^(input|select|textarea)$/;
const NO_FIELD = /^(button|file|image|reset|submit)$/;

/** Throws a TypeError: E_BINDING for what cannot be bound, E_SINK for what must not be. */
export function bindingsOf(tag: string, attributes: Iterable<Attribute>): Binding[] {
  const all = [...attributes];
  const given = (wanted: string) => all.find(({ name }) => name === wanted)?.value;
  return all.flatMap((attribute): Binding[] => {
    const [, kind, named, name] = NAME.exec(attribute.name) ?? [];
    if (!kind && !named) return [];
    const where = place(attribute.name, tag, undefined);
    const refuse = (hint: string) => misuse("E_BINDING", where, { hint });
    const path = (text: string) => readPath(text) ?? refuse(`"${text}" is no path`);
    if (CODE_TAG.test(tag)) misuse("E_SINK", where);
    if ((tag === "template") !== (kind === "each"))
      refuse("<template> binds data-each, and nothing else does");
    switch (kind ?? named) {
      case "each": {
        const key = given("data-key");
        return [{ kind: "each", path: path(attribute.value), key: key === undefined ? key : path(key) }];
      }
      case "class":
        return (name ? [[name, attribute.value] as const] : classesOf(attribute.value)).map(([name, of]) => ({
          kind: "class",
          name: /^\S+$/.test(name) ? name : refuse(`"${name}" is no class`),
          path: path(of),
        }));
      case "attr": {
        if (!name) return refuse("it names no attribute");
        if (CODE.test(name)) misuse("E_SINK", where);
        const guard = binderOf({ tag, attribute: name, first: 0, texts: ["", ""] });
        return [{ kind: "attr", name, path: path(attribute.value), guard }];
      }
      case "text":
        if (EMPTY.test(tag)) refuse("it has no text");
        break;
      case "model": {
        const { isNegated, steps } = path(attribute.value);
        if (!FIELD.test(tag) || NO_FIELD.test(given("type")?.toLowerCase() ?? ""))
          refuse("it is no field that can be bound");
        if (isNegated || steps[0].startsWith("$")) refuse("a field is bound to what can be written");
      }
    }
    return [{ kind: kind as "text" | "show" | "model", path: path(attribute.value) }];
  });
}

/** `open: path, done: !path`, as pairs of a class and a path. */
const classesOf = (text: string): [name: string, path: string][] =>
  text.split(",").map((part) => {
    const [name = "", path = ""] = part.split(":");
    return [name.trim(), path];
  });

/** What an attribute becomes; null: it is not there. */
export function attributeFrom(
  { name, guard }: Extract<Binding, { kind: "attr" }>,
  value: unknown,
): string | null {
  const text = attributeOf(name, value);
  return text === null ? null : String(guard(text, [text]));
}
