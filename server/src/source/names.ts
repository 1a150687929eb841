import { isFunction, isType } from './nodes';
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

/** The names that a statement declares where it stands. */
export function declaredNames(statement: Node): string[] {
  switch (statement.type) {
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => boundNames(id).map(({ name }) => name));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
    case 'TSImportEqualsDeclaration':
      return statement.id ? [statement.id.name] : [];
    case 'TSModuleDeclaration':
      return [namespaceName(statement.id)];
    case 'ExportNamedDeclaration':
      return statement.declaration ? declaredNames(statement.declaration) : [];
    case 'ExportDefaultDeclaration':
      return ['default', ...declaredNames(statement.declaration)];
    case 'ImportDeclaration':
      return statement.specifiers.map(({ local }) => local.name);
    default:
      return /Statement$/.test(statement.type) && statement.type !== 'ExpressionStatement' ? hoisted(statement) : [];
  }
}

/** `N` of `namespace N.M {…}`. */
function namespaceName(id: Node): string {
  if (id.type === 'TSQualifiedName') return namespaceName(id.left);
  return id.type === 'Identifier' ? id.name : '';
}

/** The `var`s below a node, which belong to the function or file around it. */
function hoisted(below: Node): string[] {
  const names: string[] = [];
  walk(below, (node) => {
    if (node !== below && (isFunction(node) || isType(node))) return false;
    if (node.type === 'VariableDeclaration' && node.kind === 'var') names.push(...declaredNames(node));
  });
  return names;
}

/** The names that a node declares for what is inside it. */
export function namesInside(node: Node): ReadonlySet<string> {
  const names = (patterns: readonly Node[]) =>
    patterns.flatMap((pattern) => boundNames(pattern).map(({ name }) => name));
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const own = node.type === 'FunctionExpression' && node.id ? [node.id.name] : [];
      return new Set([...own, ...names(node.params as Node[]), 'arguments', ...(node.body ? hoisted(node.body) : [])]);
    }
    case 'ClassExpression':
      return new Set(node.id ? [node.id.name] : []);
    case 'BlockStatement':
    case 'StaticBlock':
    case 'TSModuleBlock':
      return new Set(node.body.flatMap(declaredNames));
    case 'SwitchStatement':
      return new Set(node.cases.flatMap(({ consequent }) => consequent.flatMap(declaredNames)));
    case 'ForStatement':
      return new Set(node.init ? declaredNames(node.init) : []);
    case 'ForInStatement':
    case 'ForOfStatement':
      return new Set(declaredNames(node.left));
    case 'CatchClause':
      return new Set(node.param ? names([node.param]) : []);
    default:
      return NOTHING;
  }
}

const NOTHING: ReadonlySet<string> = new Set();
