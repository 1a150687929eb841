import type { ModuleDefinition } from './definitions';
import { changedNames, declaredNames, mentionedNames } from './names';
import { type Node, type ParsedFile, walk } from './parse';

/** Every exported name is wanted: `import * as layers from './layers'`. */
export const ALL = '*';

/**
 * Which top-level statements decide shapes: modules, top-level `init` and `initByShape` calls, and what these mention,
 * directly or through others. The rest (training loops, downloads, prints) is not evaluated on save.
 *
 * `wanted` is what an importing file uses; undefined for the file whose shapes are asked for.
 */
export function shapeStatements(
  file: ParsedFile,
  definitions: readonly ModuleDefinition[],
  wanted: ReadonlySet<string> | undefined,
): Set<number> {
  const statements = file.program.body;
  const facts = statements.map((statement) => ({
    declares: declaredNames(statement),
    mentions: mentionedNames(statement),
    changes: isDeclaration(statement) ? new Set<string>() : changedNames(statement),
  }));
  const kept = new Set<number>();
  const needed = new Set<string>();
  const keep = (index: number) => {
    if (kept.has(index)) return;
    kept.add(index);
    for (const name of facts[index]?.mentions ?? []) needed.add(name);
  };

  if (wanted === undefined) {
    for (const { statement } of definitions) keep(statement);
    statements.forEach((statement, i) => {
      if (initCalls(statement).length > 0) keep(i);
    });
  } else {
    for (const name of wanted) needed.add(localName(statements, name));
    if (wanted.has(ALL)) for (const name of exportedNames(statements)) needed.add(name);
  }
  statements.forEach((statement, i) => {
    // Imports cost nothing: those whose names are not used are dropped when the types are stripped.
    if (statement.type === 'ImportDeclaration') kept.add(i);
    if (wanted !== undefined && statement.type === 'ExportAllDeclaration') kept.add(i);
  });
  for (let before = -1; before !== kept.size; ) {
    before = kept.size;
    facts.forEach(({ declares, changes }, i) => {
      if (declares.some((name) => needed.has(name)) || [...changes].some((name) => needed.has(name))) keep(i);
    });
  }
  return kept;
}

function isDeclaration(statement: Node): boolean {
  return /Declaration$/.test(statement.type);
}

function exportedNames(statements: readonly Node[]): string[] {
  return statements.flatMap((statement) => {
    if (statement.type === 'ExportDefaultDeclaration') return ['default'];
    if (statement.type !== 'ExportNamedDeclaration') return [];
    return [...declaredNames(statement), ...statement.specifiers.map(({ local }) => nameOf(local as Node))];
  });
}

/** What an exported name is called inside the file. */
function localName(statements: readonly Node[], exported: string): string {
  for (const statement of statements) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.source !== null) continue;
    for (const { local, exported: outside } of statement.specifiers) {
      if (nameOf(outside) === exported) return nameOf(local);
    }
  }
  return exported;
}

export function nameOf(node: Node): string {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'Literal' ? String(node.value) : '';
}

/** `X.init(…)` or `X.initByShape(…)`. */
export interface InitCall {
  readonly node: Extract<Node, { type: 'CallExpression' }>;
  readonly module: string;
  readonly method: 'init' | 'initByShape';
  /** The functions around it, outermost first. */
  readonly functions: readonly Node[];
}

/** The init calls below a node: those that run with it, or with `insideFunctions` those that only run when called. */
export function initCalls(below: Node, insideFunctions = false): InitCall[] {
  const calls: InitCall[] = [];
  walk(below, (node, parents) => {
    const functions = parents.filter(isFunction);
    if (!insideFunctions && isFunction(node)) return false;
    if (node.type !== 'CallExpression' || functions.length > 0 !== insideFunctions) return;
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier') return;
    const method = callee.property.type === 'Identifier' ? callee.property.name : '';
    if (method === 'init' || method === 'initByShape') {
      calls.push({ node, module: callee.object.name, method, functions });
    }
  });
  return calls;
}

export function isFunction(node: Node): boolean {
  return /^(FunctionExpression|FunctionDeclaration|ArrowFunctionExpression|StaticBlock|PropertyDefinition)$/.test(
    node.type,
  );
}
