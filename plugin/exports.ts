/** What a module exports, read from its syntax: a build runs nothing. */
import type { Expression, Node, Program, VariableDeclarator } from "estree";
import { namesIn } from "./scopes.ts";

/** How exports are marked: by a call of one of these methods of what this package exports under this name. */
export interface Mark {
  readonly from: string;
  readonly name: string;
  readonly methods: readonly string[];
  /** Or by a call of what the package exports under one of these names. */
  readonly functions?: readonly string[];
}

export interface Export {
  /** Its name inside the module; none for the default, and for what comes from another module. */
  readonly local?: string | undefined;
  /** The method, or the function, that marked it. */
  readonly method?: string | undefined;
}

type TopLevel = Program["body"][number];

/** By the names that importers use. Of `export *` nothing is known here. */
export function exportsOf(program: Program, mark: Mark): Map<string, Export> {
  const marked = markedIn(program, mark);
  return new Map(
    program.body
      .flatMap(exportedBy)
      .map(([name, local]) => [name, { local, method: local && marked.get(local) }]),
  );
}

export const nameOf = (node: Node): string =>
  node.type === "Identifier" ? node.name : String(literal(node));

export const literal = (node: Node): unknown => (node.type === "Literal" ? node.value : undefined);

function exportedBy(statement: TopLevel): [exported: string, local?: string][] {
  if (statement.type === "ExportDefaultDeclaration") return [["default"]];
  if (statement.type === "ExportAllDeclaration")
    return statement.exported ? [[nameOf(statement.exported)]] : [];
  if (statement.type !== "ExportNamedDeclaration") return [];
  const { declaration, specifiers, source } = statement;
  if (declaration?.type === "VariableDeclaration")
    return declaration.declarations.flatMap(({ id }) => namesIn(id)).map((name) => [name, name]);
  if (declaration) return [[declaration.id.name, declaration.id.name]];
  return specifiers.map(({ exported, local }) =>
    source || nameOf(exported) === "default" ? [nameOf(exported)] : [nameOf(exported), nameOf(local)],
  );
}

/** By what top-level variables were marked. */
function markedIn(program: Program, { from, name, methods, functions = [] }: Mark): Map<string, string> {
  const localsOf = (imported: string) =>
    program.body.flatMap((statement) => importedAs(statement, from, imported));
  const marks = new Set(localsOf(name));
  const called = new Map(functions.flatMap((each) => localsOf(each).map((local) => [local, each])));
  const markOf = (init: Expression | null | undefined) => {
    const method = methodOf(init, marks);
    return method && methods.includes(method) ? method : called.get(functionOf(init));
  };
  const marked = program.body.flatMap(variablesOf).flatMap(({ id, init }): [string, string][] => {
    const mark = id.type === "Identifier" ? markOf(init) : undefined;
    return mark ? [[nameOf(id), mark]] : [];
  });
  return new Map(marked);
}

/** `live` in `live(...)`. */
const functionOf = (init: Expression | null | undefined): string =>
  init?.type === "CallExpression" && init.callee.type === "Identifier" ? init.callee.name : "";

const importedAs = (statement: TopLevel, from: string, name: string): string[] =>
  statement.type === "ImportDeclaration" && statement.source.value === from
    ? statement.specifiers
        .filter((one) => one.type === "ImportSpecifier" && nameOf(one.imported) === name)
        .map(({ local }) => local.name)
    : [];

function variablesOf(statement: TopLevel): VariableDeclarator[] {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  return declaration?.type === "VariableDeclaration" ? declaration.declarations : [];
}

/** `rpc` in `server.rpc(...)`. */
function methodOf(init: Expression | null | undefined, objects: ReadonlySet<string>): string | undefined {
  if (init?.type !== "CallExpression" || init.callee.type !== "MemberExpression") return undefined;
  const { object, property, computed } = init.callee;
  return object.type === "Identifier" && objects.has(object.name) && !computed ? nameOf(property) : undefined;
}
