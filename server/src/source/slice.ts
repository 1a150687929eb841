import type { ModuleDefinition } from './definitions';
import { changedNames, declaredNames, mentionedNames } from './names';
import { type Node, type ParsedFile, walk } from './parse';

/** Every exported name is wanted: `import * as layers from './layers'`. */
export const ALL = '*';

/**
 * Which top-level statements of a file decide its shapes: modules, top-level `init` and `initByShape` calls, and what
 * these and `mentioned` need, directly or through others. The rest (training loops, downloads, prints) is not evaluated
 * on save.
 */
export function shapeStatements(
  { program }: ParsedFile,
  definitions: readonly ModuleDefinition[],
  mentioned: ReadonlySet<string>,
): Set<number> {
  const kept = new Set(definitions.map(({ statement }) => statement));
  program.body.forEach((statement, i) => {
    if (initCalls(statement).length > 0) kept.add(i);
  });
  return withNeeded(program.body, kept, mentioned);
}

/** Which top-level statements of an imported file give what is wanted of it. */
export function importedStatements({ program }: ParsedFile, wanted: ReadonlySet<string>): Set<number> {
  const names = new Set([...wanted].map((name) => localName(program.body, name)));
  if (wanted.has(ALL)) for (const name of exportedNames(program.body)) names.add(name);
  const kept = new Set<number>();
  program.body.forEach((statement, i) => {
    if (statement.type === 'ExportAllDeclaration') kept.add(i);
  });
  return withNeeded(program.body, kept, names);
}

/** Adds the statements that declare or change a name that is needed, until nothing more is. */
function withNeeded(statements: readonly Node[], roots: ReadonlySet<number>, names: ReadonlySet<string>): Set<number> {
  const facts = statements.map((statement) => ({
    declares: declaredNames(statement),
    mentions: mentionedNames(statement),
    changes: isDeclaration(statement) ? new Set<string>() : changedNames(statement),
  }));
  const kept = new Set<number>();
  const needed = new Set(names);
  const keep = (index: number) => {
    if (kept.has(index)) return;
    kept.add(index);
    for (const name of facts[index]?.mentions ?? []) needed.add(name);
  };
  roots.forEach(keep);
  statements.forEach((statement, i) => {
    // Imports cost nothing: those whose names are not used are dropped with the types.
    if (statement.type === 'ImportDeclaration') kept.add(i);
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
