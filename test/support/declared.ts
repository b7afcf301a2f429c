import { readFileSync } from "node:fs";
import { parseSync, Visitor } from "oxc-parser";
import { root } from "./newcomer.ts";

/** The options that an interface of a source declares, and for each the kind of its type, as the docs write it. */
export function optionsIn(file: string, name: string): ReadonlyMap<string, string> {
  const text = readFileSync(root + file, "utf8");
  const options = new Map<string, string>();
  const visitor = new Visitor({
    TSInterfaceDeclaration({ id, body }) {
      if (id.name !== name) return;
      for (const member of body.body)
        if (
          member.type === "TSPropertySignature" &&
          member.key.type === "Identifier" &&
          member.typeAnnotation
        ) {
          const { start, end } = member.typeAnnotation.typeAnnotation;
          options.set(member.key.name, kindOf(text.slice(start, end)));
        }
    },
  });
  visitor.visit(parseSync(file, text).program);
  if (options.size === 0) throw new Error(`${file} has no interface ${name}`);
  return options;
}

/** Who reads the docs needs no generics: `AnyStruct<S>` is a struct, whatever is called is a function. */
function kindOf(type: string): string {
  const perRequest = /^PerRequest<(.*), R>$/.exec(type)?.[1];
  if (perRequest) return `${kindOf(perRequest)} | function`;
  if (type.includes("=>") || type === "SessionMiddleware") return "function";
  if (type.startsWith("AnyStruct<")) return "struct";
  if (type.startsWith("`")) return "string";
  return type
    .replaceAll("readonly ", "")
    .replace(/ \| undefined$/, "")
    .replace(/^Partial<(.*)>$/, "$1")
    .replace(/^ModelPath<.*>\[\]$/, "string[]")
    .replace(/<.*>$/, "")
    .replace(/^(K|ServerOnly|\(keyof .*\))\[\]$/, "string[]");
}

/** The variables of the environment that a source reads. */
export function variablesIn(file: string): string[] {
  const text = readFileSync(root + file, "utf8");
  const found: string[] = [];
  const visitor = new Visitor({
    MemberExpression({ object, property }) {
      const of = object.type === "MemberExpression" ? object.property : object;
      if (of.type === "Identifier" && /^(env|environment)$/.test(of.name) && property.type === "Identifier")
        found.push(property.name);
    },
  });
  visitor.visit(parseSync(file, text).program);
  return found;
}
