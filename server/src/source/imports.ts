import { isExportList, wantedSpecifiers } from './cut';
import type { Part } from './graph';
import { nameOf } from './nodes';
import { type Node, walk } from './parse';
import { mentionedNames } from './references';
import { ALL, EFFECTS } from './slice';

type Imports = Map<string, Set<string>>;

/** By specifier, the names that a file's kept statements use of it. */
export function usedImports(part: Part): Imports {
  const used = namedImports(part);
  for (const statement of part.file.program.body) {
    if (statement.type !== 'ExportAllDeclaration' || statement.exportKind === 'type') continue;
    for (const name of statement.exported === null ? part.wanted : [ALL]) use(used, statement.source.value, name);
  }
  return used;
}

/** The same without what `export *` passes on of names that others ask for. */
export function namedImports({ file: { program }, kept, wanted, mentioned: also }: Part): Imports {
  const used: Imports = new Map();
  const mentioned = new Set(also);
  program.body.forEach((statement, i) => {
    if (!kept.has(i) || statement.type === 'ImportDeclaration') return;
    for (const name of mentionedNames(statement)) mentioned.add(name);
    walk(statement, (node) => {
      if (node.type === 'ImportExpression' && node.source.type === 'Literal') use(used, String(node.source.value), ALL);
    });
  });
  for (const list of program.body.filter(isExportList)) {
    for (const { local } of wantedSpecifiers(list, wanted)) {
      if (list.source === null) mentioned.add(nameOf(local as Node));
      else use(used, list.source.value, nameOf(local as Node));
    }
  }
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration' || statement.importKind === 'type') continue;
    for (const specifier of statement.specifiers) {
      if (mentioned.has(specifier.local.name)) use(used, statement.source.value, importedName(specifier));
    }
    if (statement.specifiers.length === 0) use(used, statement.source.value, EFFECTS);
  }
  return used;
}

function use(used: Imports, specifier: string, name: string): void {
  used.set(specifier, (used.get(specifier) ?? new Set()).add(name));
}

function importedName(specifier: Node): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  return specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported as Node) : ALL;
}
