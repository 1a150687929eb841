import { type Node, walk } from './parse';

/** The names that a binding pattern declares, with their identifiers. */
export function boundNames(pattern: Node): { name: string; start: number; end: number }[] {
  switch (pattern.type) {
    case 'Identifier':
      return [{ name: pattern.name, start: pattern.start, end: pattern.start + pattern.name.length }];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    case 'RestElement':
      return boundNames(pattern.argument);
    case 'TSParameterProperty':
      return boundNames(pattern.parameter);
    default:
      return [];
  }
}

/** The names that a top-level statement declares. */
export function declaredNames(statement: Node): string[] {
  switch (statement.type) {
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => boundNames(id).map(({ name }) => name));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
      return statement.id ? [statement.id.name] : [];
    case 'ExportNamedDeclaration':
      return statement.declaration ? declaredNames(statement.declaration) : [];
    case 'ExportDefaultDeclaration':
      return ['default', ...declaredNames(statement.declaration)];
    case 'ImportDeclaration':
      return statement.specifiers.map(({ local }) => local.name);
    default:
      return [];
  }
}

/** Every name that occurs below a node other than as a property's: more than its free variables, never less. */
export function mentionedNames(node: Node): Set<string> {
  const names = new Set<string>();
  walk(node, (current, parents) => {
    if (current.type.startsWith('TS') && /Annotation|Type(Alias|Reference)|Interface/.test(current.type)) return false;
    if (current.type !== 'Identifier') return;
    const parent = parents.at(-1);
    if (parent?.type === 'MemberExpression' && parent.property === current && !parent.computed) return;
    if (parent?.type === 'Property' && parent.key === current && !parent.computed && !parent.shorthand) return;
    if (parent?.type === 'MethodDefinition' && parent.key === current && !parent.computed) return;
    names.add(current.name);
  });
  return names;
}

/** The variables that a statement assigns to, or whose contents it changes by calling one of their methods. */
export function changedNames(statement: Node): Set<string> {
  const names = new Set<string>();
  walk(statement, (node) => {
    if (node.type === 'AssignmentExpression') for (const { name } of boundNames(node.left as Node)) names.add(name);
    if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') addRoot(node.left);
    if (node.type === 'UpdateExpression' && node.argument.type === 'Identifier') names.add(node.argument.name);
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const { property } = node.callee;
      if (property.type === 'Identifier' && /^(push|unshift|set|add|splice)$/.test(property.name)) addRoot(node.callee);
    }
  });
  return names;

  function addRoot(member: Node): void {
    let root = member;
    while (root.type === 'MemberExpression') root = root.object;
    if (root.type === 'Identifier') names.add(root.name);
  }
}
