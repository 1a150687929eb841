import { pathToFileURL } from 'node:url';
import type { LinkTarget } from '../../../runtime/src/host/analysis/protocol';
import { importPlace } from './importPlace';
import { namedImports, usedImports } from './imports';
import { type ParsedFile, type Problem, parseFile } from './parse';
import { resolveImport } from './resolve';
import { ALL, EFFECTS, exportedNames, importedStatements } from './slice';

/** The text of a file, from the editor if it is open there. Throws if there is none. */
export type ReadText = (path: string) => string;

/** A file and what is needed of it. */
export interface Part {
  readonly file: ParsedFile;
  /** Indices of the statements that are kept. */
  kept: ReadonlySet<number>;
  /** The exports that others need. */
  readonly wanted: Set<string>;
  /** Exports that others name and the file does not have. */
  readonly absent: Set<string>;
  /** Names that are needed beside what the statements mention. */
  readonly mentioned: ReadonlySet<string>;
  /** By specifier as written. */
  readonly links: Record<string, LinkTarget>;
}

export function partOf(file: ParsedFile, kept: ReadonlySet<number>, mentioned: ReadonlySet<string>): Part {
  return { file, kept, wanted: new Set(), absent: new Set(), mentioned, links: {} };
}

/** The entry and every workspace file it needs, directly or through others, each with its links. */
export function withImports(entry: Part, readText: ReadText): { parts: Part[]; problems: Problem[] } {
  const parts = new Map([[entry.file.path, entry]]);
  const queue = [entry];
  for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
    for (const [specifier, names] of usedImports(part)) {
      const single = [...names].filter((name) => name !== ALL && name !== EFFECTS);
      const target = linkTo(part, specifier, single, parts, readText);
      part.links[specifier] = target;
      if (target.kind !== 'source') continue;
      const imported = parts.get(target.path) as Part;
      const before = imported.wanted.size;
      for (const name of names) imported.wanted.add(name);
      if (imported.wanted.size === before) continue;
      const more = importedStatements(imported.file, imported.wanted);
      imported.kept = new Set([...imported.kept, ...more]);
      queue.push(imported);
    }
  }
  return { parts: [...parts.values()], problems: absentExports(entry, parts) };
}

/** Resolves an import and reads the workspace file that it leads to. */
function linkTo(
  { file }: Part,
  specifier: string,
  names: readonly string[],
  parts: Map<string, Part>,
  readText: ReadText,
): LinkTarget {
  const target = resolveImport(specifier, file.path, names);
  if (target.kind !== 'source' || parts.has(target.path)) return target;
  try {
    const imported = parseFile(target.path, readText(target.path));
    const { syntaxError, text, path } = imported;
    if (syntaxError !== undefined) {
      const line = text.slice(0, syntaxError.start).split('\n').length;
      return {
        kind: 'missing',
        message: `'${specifier}' does not parse: ${syntaxError.message} (${path}:${line})`,
        names,
      };
    }
    // A CommonJS file runs as it is.
    if (/js$/.test(path) && !imported.hasModuleSyntax)
      return { kind: 'external', url: pathToFileURL(path).href, names };
    parts.set(path, partOf(imported, new Set(), new Set()));
    return target;
  } catch (error) {
    return { kind: 'missing', message: `Cannot read '${specifier}': ${(error as Error).message}`, names };
  }
}

/** Names that are imported from workspace files and that these do not export. */
function absentExports(entry: Part, parts: ReadonlyMap<string, Part>): Problem[] {
  const linksOf = linksIn([...parts.values()]);
  const problems: Problem[] = [];
  for (const part of parts.values()) {
    for (const [specifier, names] of namedImports(part)) {
      const target = part.links[specifier];
      const imported = target?.kind === 'source' ? parts.get(target.path) : undefined;
      if (imported === undefined) continue;
      for (const name of names) {
        if (provides(imported, name, parts)) continue;
        imported.absent.add(name);
        const place = importPlace(entry.file, linksOf, specifier, part.file.path);
        problems.push({ ...place, message: `'${specifier}' has no export named '${name}'.`, severity: 'error' });
      }
    }
  }
  return problems;
}

/** The links of each file by its path. */
export function linksIn(parts: readonly Part[]): (path: string) => Readonly<Record<string, LinkTarget>> {
  const links = new Map(parts.map((part) => [part.file.path, part.links]));
  return (path) => links.get(path) ?? {};
}

function provides(part: Part, name: string, parts: ReadonlyMap<string, Part>, seen = new Set<Part>()): boolean {
  const { body } = part.file.program;
  if (name === ALL || name === EFFECTS || exportedNames(body).includes(name)) return true;
  if (seen.has(part) || name === 'default') return false;
  seen.add(part);
  return body.some((statement) => {
    if (statement.type !== 'ExportAllDeclaration' || statement.exported !== null) return false;
    const target = part.links[statement.source.value];
    const next = target?.kind === 'source' ? parts.get(target.path) : undefined;
    // What packages export is known when they are loaded.
    return next === undefined || provides(next, name, parts, seen);
  });
}
