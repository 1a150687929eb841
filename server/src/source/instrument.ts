import type { MethodDefinition } from 'oxc-parser';
import { cut } from './cut';
import type { ModuleDefinition } from './definitions';
import { boundNames } from './names';
import { bare, isType, nameOf } from './nodes';
import { type Node, type ParsedFile, walk } from './parse';
import type { Instrumented, Site } from './sites';
import { guard, OBSERVER, observe } from './wrap';

/**
 * Keeps the statements that decide shapes, guards each, and wraps the places that report values: variable initializers,
 * assignments, returns, parameters of methods, and calls. Nothing else changes: evaluation order, `this` and `await` stay
 * as they are.
 */
export function instrument(
  file: ParsedFile,
  kept: ReadonlySet<number>,
  wanted: ReadonlySet<string>,
  definitions: readonly ModuleDefinition[],
): Instrumented {
  const source = cut(file, kept, wanted);
  const sites: Site[] = [];
  file.program.body.forEach((statement, index) => {
    if (!kept.has(index)) return;
    guard(source, statement);
    instrumentStatement(statement);
  });
  return { source, sites };

  function addSite(site: Omit<Site, 'definition'>): number {
    const definition = definitions.findIndex(({ body }) => body && body.start <= site.start && site.end <= body.end);
    sites.push({ ...site, definition: definition < 0 ? undefined : definition });
    return sites.length - 1;
  }

  function instrumentStatement(statement: Node): void {
    walk(statement, (node, parents) => {
      if (isType(node)) return false;
      if (node.type === 'VariableDeclarator') declarator(node, parents);
      else if (node.type === 'AssignmentExpression') assignment(node, parents);
      else if (node.type === 'ReturnStatement') returned(node);
      else if (node.type === 'MethodDefinition') parameters(node as MethodDefinition, parents);
      else if (node.type === 'CallExpression') callSite(node, parents);
    });
  }

  function declarator({ id, init }: Extract<Node, { type: 'VariableDeclarator' }>, parents: readonly Node[]): void {
    if (init === null) return;
    if (id.type !== 'Identifier') {
      destructured(id, parents.at(-1), parents.at(-2));
      return;
    }
    if (!mayHoldTensor(init)) return;
    const annotation = id.typeAnnotation ?? undefined;
    const anchor = annotation?.end ?? id.start + id.name.length;
    const { start, end } = init;
    const site = { kind: 'variable', start, end, anchor, name: id.name, annotated: annotation !== undefined } as const;
    observe(source, init, `value(${addSite(site)}, `);
  }

  /** The variables of a pattern report behind the statement that sets them. */
  function destructured(pattern: Node, statement: Node | undefined, block: Node | undefined): void {
    if (!/^(VariableDeclaration|ExpressionStatement)$/.test(statement?.type ?? '') || !isBlock(block)) return;
    for (const { name, start, end } of boundNames(pattern)) {
      const id = addSite({ kind: 'variable', start, end, anchor: end, name, annotated: false });
      source.appendLeft((statement as Node).end, `;${OBSERVER}.value(${id}, ${name});`);
    }
  }

  function assignment(
    { left, operator, right }: Extract<Node, { type: 'AssignmentExpression' }>,
    parents: readonly Node[],
  ): void {
    if (operator !== '=') return;
    if (left.type === 'ArrayPattern' || left.type === 'ObjectPattern') {
      const outer = parents.at(-1)?.type === 'ParenthesizedExpression' ? -2 : -1;
      destructured(left, parents.at(outer), parents.at(outer - 1));
      return;
    }
    if (left.type !== 'Identifier' || !mayHoldTensor(right)) return;
    const { start, end } = right;
    const site = { kind: 'variable', start, end, anchor: left.end, name: left.name, annotated: false } as const;
    observe(source, right, `value(${addSite(site)}, `);
  }

  function returned({ argument }: Extract<Node, { type: 'ReturnStatement' }>): void {
    if (argument === null || !mayHoldTensor(argument)) return;
    const { start, end } = argument;
    const site = { kind: 'return', start, end, anchor: end, name: undefined, annotated: false } as const;
    observe(source, argument, `value(${addSite(site)}, `);
  }

  /** The parameters of a subclass's methods report at the start of the body. */
  function parameters({ value, kind }: MethodDefinition, parents: readonly Node[]): void {
    const parent = parents.at(-2);
    const isSubclass = parent !== undefined && 'superClass' in parent && parent.superClass !== null;
    if (!isSubclass || kind !== 'method' || value.body === null) return;
    for (const parameter of value.params) {
      const { annotation, isName } = annotationOf(parameter as Node);
      for (const bound of boundNames(parameter as Node)) {
        if (bound.name === 'this') continue;
        const anchor = isName ? (annotation ?? bound.end) : bound.end;
        const id = addSite({ ...bound, kind: 'parameter', anchor, annotated: isName && annotation !== undefined });
        source.appendLeft(value.body.start + 1, `${OBSERVER}.value(${id}, ${bound.name});`);
      }
    }
  }

  function callSite(node: Extract<Node, { type: 'CallExpression' }>, parents: readonly Node[]): void {
    const definition = definitions.findIndex(({ call }) => call.start === node.start && call.end === node.end);
    if (definition >= 0) {
      observe(source, node, `module(${definition}, `);
      return;
    }
    const parent = parents.at(-1);
    const target =
      parent?.type === 'VariableDeclarator'
        ? parent.id
        : parent?.type === 'AssignmentExpression' && parent.operator === '='
          ? parent.left
          : undefined;
    const reported = parent?.type === 'ReturnStatement' || target?.type === 'Identifier';
    // A wrapped link of an optional chain would break the chain's short cut.
    if (reported || isLink(node, parents) || node.callee.type === 'Super') return;
    const { start, end } = node;
    const isParam =
      node.callee.type === 'MemberExpression' &&
      node.callee.object.type === 'ThisExpression' &&
      /^(param|getParam|state)$/.test(nameOf(node.callee.property));
    const name = isParam && node.arguments[0]?.type === 'Literal' ? String(node.arguments[0].value) : undefined;
    const takenApart = /Pattern$/.test(target?.type ?? '');
    const site = { start, end, anchor: end, name, annotated: false, takenApart };
    if (isParam) observe(source, node, `value(${addSite({ ...site, kind: 'param' })}, `);
    else observe(source, node, `call(${addSite({ ...site, kind: 'call' })}, `);
  }
}

/** Whether what surrounds a statement has room for another one behind it; a top-level statement has no parents here. */
function isBlock(node: Node | undefined): boolean {
  return /^(Program|BlockStatement|StaticBlock|SwitchCase|TSModuleBlock|ExportNamedDeclaration)$/.test(
    node?.type ?? 'Program',
  );
}

/** Where a parameter's type annotation ends, and whether the parameter is a single name. */
function annotationOf(parameter: Node): { annotation: number | undefined; isName: boolean } {
  if (parameter.type === 'AssignmentPattern') return annotationOf(parameter.left);
  const { typeAnnotation } = parameter as { typeAnnotation?: { end: number } | null };
  const named = parameter.type === 'RestElement' ? parameter.argument : parameter;
  return { annotation: typeAnnotation?.end, isName: named.type === 'Identifier' };
}

/** Whether a node is a link of an optional chain, as `a?.b()` is in `a?.b().c`. */
function isLink(node: Node, parents: readonly Node[]): boolean {
  let inner = node;
  for (const parent of parents.toReversed()) {
    if (parent.type === 'ChainExpression') return true;
    const continues =
      (parent.type === 'MemberExpression' && parent.object === inner) ||
      (parent.type === 'CallExpression' && parent.callee === inner) ||
      parent.type === 'TSNonNullExpression';
    if (!continues) return false;
    inner = parent;
  }
  return false;
}

/** Functions and classes take their name from the variable and hold no tensor. */
function mayHoldTensor(value: Node): boolean {
  return !/^(Literal|TemplateLiteral|FunctionExpression|ArrowFunctionExpression|ClassExpression)$/.test(
    bare(value).type,
  );
}
