import type MagicString from 'magic-string';
import type { MethodDefinition } from 'oxc-parser';
import { cut } from './cut';
import type { ModuleDefinition } from './definitions';
import { boundNames } from './names';
import { type Node, type ParsedFile, walk } from './parse';
import type { Site } from './sites';
import { isFunction, nameOf } from './slice';

/** The name of the observer in instrumented code; user code has no such name. */
export const OBSERVER = '__distaff';

export interface Instrumented {
  readonly source: MagicString;
  readonly sites: readonly Site[];
}

/**
 * Keeps the statements that decide shapes and wraps the places that report values: variable initializers, assignments,
 * returns, parameters of methods, and calls. Nothing else changes: evaluation order, `this` and `await` stay as they are.
 */
export function instrument(
  file: ParsedFile,
  kept: ReadonlySet<number>,
  definitions: readonly ModuleDefinition[],
): Instrumented {
  const source = cut(file, kept, new Set());
  const sites: Site[] = [];
  /** Insertions behind a statement, which must follow the wrappers that end with it. */
  let behind: (() => void)[] = [];
  file.program.body.forEach((statement, index) => {
    if (kept.has(index)) instrumentStatement(statement);
  });
  return { source, sites };

  function wrap(node: Node, call: string): void {
    // The space keeps `return(x)` a return.
    source.appendLeft(node.start, ` ${OBSERVER}.${call}`);
    source.appendRight(node.end, ')');
  }

  function addSite(site: Omit<Site, 'definition'>): number {
    const definition = definitions.findIndex(({ body }) => body.start <= site.start && site.end <= body.end);
    sites.push({ ...site, definition: definition < 0 ? undefined : definition });
    return sites.length - 1;
  }

  function instrumentStatement(statement: Node): void {
    walk(statement, (node, parents) => {
      if (/^TS(Type|Interface)/.test(node.type)) return false;
      if (node.type === 'VariableDeclarator') declarator(node, parents);
      else if (node.type === 'AssignmentExpression') assignment(node);
      else if (node.type === 'ReturnStatement') returned(node);
      else if (node.type === 'MethodDefinition') parameters(node as MethodDefinition);
      else if (node.type === 'CallExpression') callSite(node, parents);
    });
    for (const insert of behind) insert();
    behind = [];
  }

  function declarator(node: Extract<Node, { type: 'VariableDeclarator' }>, parents: readonly Node[]): void {
    const { id, init } = node;
    if (init === null) return;
    const topLevel = !parents.some(isFunction);
    if (topLevel && canThrow(init)) guard(init);
    if (id.type !== 'Identifier') {
      destructured(id, parents);
      return;
    }
    if (!mayHoldTensor(init)) return;
    const annotation = id.typeAnnotation ?? undefined;
    const anchor = annotation?.end ?? id.start + id.name.length;
    const { start, end } = init;
    wrap(
      init,
      `value(${addSite({ kind: 'variable', start, end, anchor, name: id.name, annotated: annotation !== undefined })}, `,
    );
  }

  /** A failing top-level initializer is reported and costs only what depends on it. */
  function guard(init: Node): void {
    const awaits = containsAwait(init);
    wrap(init, awaits ? 'guardAsync(async () => ' : 'guard(() => ');
    if (awaits) source.prependLeft(init.start, ' await ');
  }

  function destructured(pattern: Node, parents: readonly Node[]): void {
    const declaration = parents.at(-1);
    // A top-level statement is walked from itself down.
    const block = parents.at(-2)?.type ?? 'Program';
    // Only a declaration that is a statement has a place after it for the reports.
    const isStatement = /^(Program|BlockStatement|FunctionBody|StaticBlock|ExportNamedDeclaration)$/.test(block);
    if (declaration?.type !== 'VariableDeclaration' || !isStatement) return;
    const after = declaration.end;
    for (const { name, start, end } of boundNames(pattern)) {
      const id = addSite({ kind: 'variable', start, end, anchor: end, name, annotated: false });
      behind.push(() => source.appendRight(after, `;${OBSERVER}.value(${id}, ${name});`));
    }
  }

  function assignment({ left, operator, right }: Extract<Node, { type: 'AssignmentExpression' }>): void {
    if (operator !== '=' || left.type !== 'Identifier' || !mayHoldTensor(right)) return;
    const { start, end } = right;
    wrap(
      right,
      `value(${addSite({ kind: 'variable', start, end, anchor: left.end, name: left.name, annotated: false })}, `,
    );
  }

  function returned({ argument }: Extract<Node, { type: 'ReturnStatement' }>): void {
    if (argument === null || !mayHoldTensor(argument)) return;
    const { start, end } = argument;
    wrap(
      argument,
      `value(${addSite({ kind: 'return', start, end, anchor: end, name: undefined, annotated: false })}, `,
    );
  }

  /** The parameters of a module's methods report at the start of the body. */
  function parameters({ value, start, end, kind }: MethodDefinition): void {
    const inModule = definitions.some(({ body }) => body.start <= start && end <= body.end);
    if (!inModule || kind !== 'method' || value.body === null) return;
    for (const parameter of value.params) {
      for (const bound of boundNames(parameter as Node)) {
        const annotation = (parameter as { typeAnnotation?: { end: number } | null }).typeAnnotation;
        const plain = parameter.type === 'Identifier';
        const anchor = plain && annotation ? annotation.end : bound.end;
        const id = addSite({ ...bound, kind: 'parameter', anchor, annotated: plain && annotation != null });
        source.appendLeft(value.body.start + 1, `${OBSERVER}.value(${id}, ${bound.name});`);
      }
    }
  }

  function callSite(node: Extract<Node, { type: 'CallExpression' }>, parents: readonly Node[]): void {
    const definition = definitions.findIndex(({ call }) => call.start === node.start && call.end === node.end);
    if (definition >= 0) {
      wrap(node, `module(${definition}, `);
      return;
    }
    const parent = parents.at(-1);
    const reported =
      parent?.type === 'ReturnStatement' ||
      (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') ||
      (parent?.type === 'AssignmentExpression' && parent.left.type === 'Identifier');
    // Inside an optional chain a wrapped link would break the chain's short cut.
    const inChain = parents.some(({ type }) => type === 'ChainExpression');
    if (reported || inChain || node.callee.type === 'Super') return;
    const { start, end } = node;
    const isParam =
      node.callee.type === 'MemberExpression' &&
      node.callee.object.type === 'ThisExpression' &&
      /^(param|getParam|state)$/.test(nameOf(node.callee.property));
    if (isParam) {
      const name = node.arguments[0]?.type === 'Literal' ? String(node.arguments[0].value) : undefined;
      wrap(node, `value(${addSite({ kind: 'param', start, end, anchor: end, name, annotated: false })}, `);
    } else
      wrap(node, `call(${addSite({ kind: 'call', start, end, anchor: end, name: undefined, annotated: false })}, `);
  }
}

function mayHoldTensor(init: Node): boolean {
  return !/^(Literal|TemplateLiteral|FunctionExpression|ArrowFunctionExpression|ClassExpression)$/.test(init.type);
}

function canThrow(init: Node): boolean {
  return mayHoldTensor(init) && init.type !== 'Identifier';
}

/** Whether evaluating the expression awaits, not counting functions inside it. */
function containsAwait(expression: Node): boolean {
  let found = false;
  walk(expression, (node) => {
    if (isFunction(node)) return false;
    if (node.type === 'AwaitExpression') found = true;
    return !found;
  });
  return found;
}
