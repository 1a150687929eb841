import type { LinkTarget } from '../../../runtime/src/host/analysis/protocol';
import { type ParsedFile, type Range, walk } from './parse';

type LinksOf = (path: string) => Readonly<Record<string, LinkTarget>>;

/**
 * Where a file imports something: the specifier, or for an import in another file (`importer`) the specifier of the
 * import that leads there. The first line where nothing does.
 */
export function importPlace(
  file: ParsedFile,
  linksOf: LinksOf,
  specifier: string | undefined,
  importer: string,
): Range {
  const imports = importSpecifiers(file);
  const place =
    importer === file.path
      ? imports.find(({ value }) => value === specifier)
      : imports.find(({ value }) => leadsTo(linksOf(file.path)[value], importer, linksOf, new Set([file.path])));
  if (place !== undefined) return { start: place.start, end: place.end };
  const end = file.text.indexOf('\n');
  return { start: 0, end: end < 0 ? file.text.length : end };
}

/** The string literals that a file's imports and re-exports name other files with; types' imports are none. */
function importSpecifiers({ program }: ParsedFile): (Range & { value: string })[] {
  const found: (Range & { value: string })[] = [];
  for (const statement of program.body) {
    const isImport = /^(Import|ExportNamed|ExportAll)Declaration$/.test(statement.type);
    const { source, importKind, exportKind } = statement as {
      source?: (Range & { value: string }) | null;
      importKind?: string;
      exportKind?: string;
    };
    if (isImport && source && importKind !== 'type' && exportKind !== 'type') found.push(source);
  }
  walk(program, (node) => {
    if (node.type === 'ImportExpression' && node.source.type === 'Literal') {
      found.push({ value: String(node.source.value), start: node.source.start, end: node.source.end });
    }
  });
  return found;
}

function leadsTo(target: LinkTarget | undefined, path: string, linksOf: LinksOf, seen: Set<string>): boolean {
  if (target?.kind !== 'source' || seen.has(target.path)) return false;
  if (target.path === path) return true;
  seen.add(target.path);
  return Object.values(linksOf(target.path)).some((next) => leadsTo(next, path, linksOf, seen));
}
