import { namesInside } from './names';
import { isType } from './nodes';
import { type Node, walk } from './parse';

type Name = Extract<Node, { type: 'Identifier' | 'JSXIdentifier' }>;

/**
 * Calls `found` for each use of a name below a node that nothing below the node declares; the path leads from the node
 * to the name.
 */
export function walkFree(below: Node, found: (name: Name, path: readonly Node[]) => void): void {
  const scopes = new Map<Node, ReadonlySet<string>>();
  const declares = (parent: Node, name: string): boolean => {
    const known = scopes.get(parent) ?? namesInside(parent);
    scopes.set(parent, known);
    return known.has(name);
  };
  walk(below, (node, parents) => {
    if (isType(node)) return false;
    if (node.type !== 'Identifier' && node.type !== 'JSXIdentifier') return;
    if (isLabel(node, parents.at(-1)) || parents.some((parent) => declares(parent, node.name))) return;
    found(node, [...parents, node]);
  });
}

/** The names that a node uses of what is around it. */
export function mentionedNames(node: Node): Set<string> {
  const names = new Set<string>();
  walkFree(node, ({ name }) => names.add(name));
  return names;
}

/** Whether an identifier names a property, a label or the like, and no variable. */
function isLabel(node: Node, parent: Node | undefined): boolean {
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.property === node && !parent.computed;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return parent.key === node && !parent.computed;
    case 'TSEnumMember':
      return parent.id === node;
    case 'TSQualifiedName':
      return parent.right === node;
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
    case 'JSXAttribute':
      return true;
    default:
      return false;
  }
}
