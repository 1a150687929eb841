import type { Part } from './compile';
import { isExportList, wantedSpecifiers } from './cut';
import { mentionedNames } from './names';
import type { Node } from './parse';
import { ALL, nameOf } from './slice';

/** By specifier, the names that a file's kept statements use of it. */
export function usedImports({ file: { program }, kept, wanted, mentioned: also }: Part): Map<string, Set<string>> {
  const mentioned = new Set(also);
  program.body.forEach((statement, i) => {
    if (!kept.has(i) || statement.type === 'ImportDeclaration') return;
    for (const name of mentionedNames(statement)) mentioned.add(name);
  });
  const reexported = program.body.filter(isExportList).flatMap((list) => {
    const names = wantedSpecifiers(list, wanted);
    if (list.source === null) for (const { local } of names) mentioned.add(nameOf(local as Node));
    return names.map(({ local }) => [list.source?.value, nameOf(local as Node)] as const);
  });
  const used = new Map<string, Set<string>>();
  const use = (specifier: string, name: string) => {
    const names = used.get(specifier) ?? new Set();
    used.set(specifier, names.add(name));
  };
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration' && statement.importKind !== 'type') {
      for (const specifier of statement.specifiers) {
        if (mentioned.has(specifier.local.name)) use(statement.source.value, importedName(specifier));
      }
      if (statement.specifiers.length === 0) use(statement.source.value, 'default');
    } else if (statement.type === 'ExportAllDeclaration' && statement.exportKind !== 'type') {
      for (const name of statement.exported === null ? wanted : [ALL]) use(statement.source.value, name);
    }
  }
  for (const [specifier, name] of reexported) if (specifier !== undefined) use(specifier, name);
  return used;
}

function importedName(specifier: Node): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  return specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported as Node) : ALL;
}
