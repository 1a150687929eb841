import MagicString from 'magic-string';
import { nameOf } from './nodes';
import type { Node, ParsedFile } from './parse';
import { ALL } from './slice';

/** The file with only its kept statements, and of its export lists only what others want. */
export function cut(file: ParsedFile, kept: ReadonlySet<number>, wanted: ReadonlySet<string>): MagicString {
  const source = new MagicString(file.text);
  const { hashbang } = file.program;
  if (hashbang) source.remove(hashbang.start, hashbang.end);
  file.program.body.forEach((statement, index) => {
    if (isExportList(statement)) cutExportList(source, file.text, statement, wanted);
    else if (!kept.has(index)) source.remove(statement.start, statement.end);
  });
  return source;
}

type ExportList = Extract<Node, { type: 'ExportNamedDeclaration' }>;

export function isExportList(statement: Node): statement is ExportList {
  return statement.type === 'ExportNamedDeclaration' && statement.declaration === null;
}

/** What an export list gives to files that want `wanted`. */
export function wantedSpecifiers(list: ExportList, wanted: ReadonlySet<string>) {
  if (list.exportKind === 'type') return [];
  return list.specifiers.filter(
    ({ exported, exportKind }) => exportKind !== 'type' && (wanted.has(ALL) || wanted.has(nameOf(exported as Node))),
  );
}

function cutExportList(source: MagicString, text: string, list: ExportList, wanted: ReadonlySet<string>): void {
  const specifiers = wantedSpecifiers(list, wanted);
  if (specifiers.length === 0) {
    source.remove(list.start, list.end);
    return;
  }
  const names = specifiers.map(({ start, end }) => text.slice(start, end)).join(', ');
  const from = list.source === null ? '' : ` from ${JSON.stringify(list.source.value)}`;
  source.overwrite(list.start, list.end, `export { ${names} }${from};`);
}
