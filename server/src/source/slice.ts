import { changedNames } from './changes';
import type { ModuleDefinition } from './definitions';
import { initCalls } from './initCalls';
import { declaredNames } from './names';
import { isControlFlow, nameOf } from './nodes';
import type { Node, ParsedFile } from './parse';
import { mentionedNames } from './references';

/** Every exported name is wanted: `import * as layers from './layers'`. */
export const ALL = '*';
/** Everything a file does is wanted: `import './register'`. */
export const EFFECTS = '!';

/**
 * Which top-level statements of a file decide its shapes: modules, top-level `init` and `initByShape` calls, and what
 * these and `mentioned` need, directly or through others. The rest (training loops, downloads, prints) is not evaluated
 * on save.
 */
export function shapeStatements(
  file: ParsedFile,
  definitions: readonly ModuleDefinition[],
  mentioned: ReadonlySet<string>,
): Set<number> {
  const kept = new Set(definitions.map(({ statement }) => statement));
  // What a partial is given here may come from data, which is not loaded for modules whose inputs and options are known.
  const known = new Set(definitions.filter(isKnown).map(({ variable }) => variable));
  file.program.body.forEach((statement, i) => {
    if (isControlFlow(statement)) return;
    if (initCalls(statement).some(({ partialOf }) => partialOf === undefined || !known.has(partialOf))) kept.add(i);
  });
  return withNeeded(file, kept, mentioned);
}

/** Whether a module's tags say all that running it takes. */
function isKnown({ tags, apply }: ModuleDefinition): boolean {
  return tags.inputs.length > 0 && (tags.options !== undefined || apply?.params.at(-1)?.type !== 'ObjectPattern');
}

/** Which top-level statements of an imported file give what is wanted of it. */
export function importedStatements(file: ParsedFile, wanted: ReadonlySet<string>): Set<number> {
  const { body } = file.program;
  if (wanted.has(EFFECTS)) return new Set(body.keys());
  const names = new Set([...wanted].map((name) => localName(body, name)));
  if (wanted.has(ALL)) for (const name of exportedNames(body)) names.add(localName(body, name));
  const kept = new Set<number>();
  body.forEach((statement, i) => {
    if (statement.type === 'ExportAllDeclaration') kept.add(i);
  });
  return withNeeded(file, kept, names);
}

/** Adds the statements that declare or change a name that is needed, until nothing more is. */
function withNeeded({ program }: ParsedFile, roots: ReadonlySet<number>, names: ReadonlySet<string>): Set<number> {
  const facts = statementFacts(program.body);
  const kept = new Set<number>();
  const needed = new Set(names);
  const keep = (index: number) => {
    kept.add(index);
    for (const name of facts[index]?.mentions ?? []) needed.add(name);
  };
  roots.forEach(keep);
  program.body.forEach((statement, i) => {
    // Imports cost nothing: those whose names are not used are dropped with the types.
    if (statement.type === 'ImportDeclaration') kept.add(i);
  });
  const keepAll = (isNeeded: (fact: Facts) => boolean): boolean => {
    const before = kept.size;
    facts.forEach((fact, i) => {
      if (!kept.has(i) && isNeeded(fact)) keep(i);
    });
    return kept.size > before;
  };
  const declared = () => keepAll(({ declares }) => declares.some((name) => needed.has(name)));
  const changed = () => keepAll((fact) => !fact.isDeclaration && changesAny(fact, facts, needed));
  while (declared() || changed());
  return kept;
}

interface Facts {
  /** It is kept for its names only: what its functions change, those change who call them. */
  readonly isDeclaration: boolean;
  readonly declares: readonly string[];
  readonly mentions: ReadonlySet<string>;
  readonly changes: ReadonlySet<string>;
}

function statementFacts(body: readonly Node[]): Facts[] {
  const imports = body.filter((statement) => statement.type === 'ImportDeclaration');
  const imported = {
    names: new Set(imports.flatMap(declaredNames)),
    library: new Set(imports.filter(({ source }) => source.value === 'distaff').flatMap(declaredNames)),
  };
  return body.map((statement) => ({
    isDeclaration: /Declaration$/.test(statement.type),
    declares: declaredNames(statement),
    mentions: mentionedNames(statement),
    changes: changedNames(statement, imported),
  }));
}

/**
 * Whether running a statement changes a needed variable, itself or in a function that it calls. What modules call
 * themselves (`needed` too) changes things as they run: training code that calls it is not kept for that.
 */
function changesAny(statement: Facts, facts: readonly Facts[], needed: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  const queue = [statement];
  for (let fact = queue.pop(); fact !== undefined; fact = queue.pop()) {
    if ([...fact.changes].some((name) => needed.has(name))) return true;
    for (const name of fact.mentions) {
      if (seen.has(name) || needed.has(name)) continue;
      seen.add(name);
      queue.push(...facts.filter(({ isDeclaration, declares }) => isDeclaration && declares.includes(name)));
    }
  }
  return false;
}

export function exportedNames(statements: readonly Node[]): string[] {
  return statements.flatMap((statement) => {
    if (statement.type === 'ExportDefaultDeclaration') return ['default'];
    if (statement.type === 'ExportAllDeclaration') return statement.exported ? [nameOf(statement.exported)] : [];
    if (statement.type !== 'ExportNamedDeclaration') return [];
    return [...declaredNames(statement), ...statement.specifiers.map(({ exported }) => nameOf(exported as Node))];
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
