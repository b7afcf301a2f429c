/** What a module does with the server modules that it imports. */
import type { CallExpression, MemberExpression, Node, Program, VariableDeclarator } from "estree";
import { literal, nameOf } from "./exports.ts";
import { type Ancestors, isHidden, walk } from "./scopes.ts";

/** An export of a server module, where it is named. */
export interface Use {
  /** The module, as the importer writes it. */
  readonly source: string;
  /** The export; `*` for all. */
  readonly name: string;
  /** Where, in the importer's code. */
  readonly at: number;
  /** For a call: what is done with what it gives back. */
  readonly result?: "awaited" | "used";
}

/** An import's local name, and what it stands for: `*` is the namespace. */
type Imports = ReadonlyMap<string, Pick<Use, "source" | "name">>;

const isServer = (source: unknown): source is string =>
  typeof source === "string" && /\.server(\.[cm]?[jt]sx?)?(\?.*)?$/s.test(source);

/** Whether a module is worth being parsed. */
export const mayUse = (code: string): boolean => code.includes(".server");

export function usesIn(program: Program): Use[] {
  const { uses, imports } = statementsOf(program);
  walk(program, (node, ancestors) => {
    if (node.type === "MemberExpression") uses.push(...memberOf(node, ancestors, imports));
    if (node.type === "VariableDeclarator") uses.push(...membersTaken(node, ancestors, imports));
    if (node.type === "CallExpression") uses.push(...resultOf(node, ancestors, imports));
  });
  return uses;
}

const startOf = (node: Node): number => (node as Node & { start: number }).start;

function statementsOf({ body }: Program): { uses: Use[]; imports: Imports } {
  const uses: Use[] = [];
  const imports = new Map<string, Pick<Use, "source" | "name">>();
  for (const statement of body) {
    const source = "source" in statement && statement.source?.value;
    if (!isServer(source)) continue;
    const named = (name: string, node: Node) => uses.push({ source, name, at: startOf(node) });
    if (statement.type === "ExportAllDeclaration" && !statement.exported) named("*", statement);
    if (statement.type === "ExportNamedDeclaration")
      for (const { local } of statement.specifiers) named(nameOf(local), local);
    if (statement.type === "ImportDeclaration")
      for (const specifier of statement.specifiers) {
        const name = importedBy(specifier);
        imports.set(specifier.local.name, { source, name });
        if (name !== "*") named(name, specifier);
      }
  }
  return { uses, imports };
}

function importedBy(specifier: Extract<Node, { type: `Import${string}Specifier` }>): string {
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  return specifier.type === "ImportSpecifier" ? nameOf(specifier.imported) : "default";
}

/** What an expression stands for: an export, or a server module by its namespace or by `await import(...)`. */
function meant(node: Node | null | undefined, ancestors: Ancestors, imports: Imports) {
  if (node?.type === "Identifier" && !isHidden(node.name, ancestors)) return imports.get(node.name);
  if (node?.type !== "AwaitExpression" || node.argument.type !== "ImportExpression") return undefined;
  const source = literal(node.argument.source);
  return isServer(source) ? { source, name: "*" } : undefined;
}

function memberOf(node: MemberExpression, ancestors: Ancestors, imports: Imports): Use[] {
  const whole = meant(node.object, ancestors, imports);
  if (whole?.name !== "*" || (node.computed && node.property.type !== "Literal")) return [];
  return [{ source: whole.source, name: nameOf(node.property), at: startOf(node.property) }];
}

/** `const { search } = chat;` */
function membersTaken({ id, init }: VariableDeclarator, ancestors: Ancestors, imports: Imports): Use[] {
  const whole = meant(init, ancestors, imports);
  if (whole?.name !== "*" || id.type !== "ObjectPattern") return [];
  return id.properties.flatMap((one) =>
    one.type === "Property" && !one.computed
      ? [{ source: whole.source, name: nameOf(one.key), at: startOf(one) }]
      : [],
  );
}

function resultOf(call: CallExpression, ancestors: Ancestors, imports: Imports): Use[] {
  const { callee } = call;
  const result = resultIn(ancestors);
  if (!result) return [];
  const [called] =
    callee.type === "MemberExpression"
      ? memberOf(callee, ancestors, imports)
      : [meant(callee, ancestors, imports)];
  return called && called.name !== "*"
    ? [{ source: called.source, name: called.name, at: startOf(call), result }]
    : [];
}

/** What hands a value on to what it stands in. */
const passing = new Set<string>([
  "ChainExpression",
  "ConditionalExpression",
  "LogicalExpression",
  "ParenthesizedExpression",
  "SequenceExpression",
]);

/** Handing `undefined` on is no use of it: `() => keystroke(1)` is how a handler reads. */
const unused = new Set<string>(["ArrowFunctionExpression", "ExpressionStatement", "ReturnStatement"]);

function resultIn(ancestors: Ancestors): Use["result"] | undefined {
  const parent = ancestors.findLast(({ type }) => !passing.has(type)) as Node;
  if (parent.type === "AwaitExpression") return "awaited";
  const isVoid = parent.type === "UnaryExpression" && parent.operator === "void";
  return isVoid || unused.has(parent.type) ? undefined : "used";
}
