/** Walks a syntax tree, and says which names a function of the module has for itself. */
import type { Node, Pattern } from "estree";

/** The ancestors of a node, the program first. */
export type Ancestors = readonly Node[];

export function walk(
  node: Node,
  visit: (node: Node, ancestors: Ancestors) => void,
  above: Ancestors = [],
): void {
  visit(node, above);
  const ancestors = [...above, node];
  for (const child of childrenOf(node)) walk(child, visit, ancestors);
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

/** The names that a pattern binds. */
export function namesIn(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => namesIn(one.type === "Property" ? one.value : one.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one ? namesIn(one) : []));
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}

const isFunction = (node: Node) => "params" in node;

/** What a node itself declares. */
function declaredBy(node: Node): string[] {
  if (node.type === "VariableDeclarator") return namesIn(node.id);
  if (node.type === "CatchClause") return node.param ? namesIn(node.param) : [];
  const id = "id" in node && node.id ? namesIn(node.id as Pattern) : [];
  return "params" in node ? [...id, ...node.params.flatMap(namesIn)] : id;
}

const declared = new WeakMap<Node, ReadonlySet<string>>();

/** All that is declared in a function or a statement, wherever in it; not what inner functions declare in theirs. */
function declaredIn(scope: Node): ReadonlySet<string> {
  const known = declared.get(scope);
  if (known) return known;
  const names = new Set(declaredBy(scope));
  const collect = (node: Node): void => {
    if (!isFunction(node)) for (const name of declaredBy(node)) names.add(name);
    else if (node.type === "FunctionDeclaration") names.add(node.id.name);
    if (!isFunction(node)) for (const child of childrenOf(node)) collect(child);
  };
  for (const child of childrenOf(scope)) collect(child);
  declared.set(scope, names);
  return names;
}

/** Whether a name of the module means something else here: where in doubt, it does. */
export const isHidden = (name: string, ancestors: Ancestors): boolean =>
  ancestors.some((node, depth) => (depth === 1 || isFunction(node)) && declaredIn(node).has(name));
