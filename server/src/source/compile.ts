import type { LinkTarget, SourceModule } from '../../../runtime/src/host/analysis/protocol';
import { cut } from './cut';
import { type ModuleDefinition, moduleDefinitions } from './definitions';
import { usedImports } from './imports';
import { instrument, OBSERVER } from './instrument';
import { type ParsedFile, type Problem, parseFile, walk } from './parse';
import { callProbe, tagProbe } from './probes';
import { resolveImport } from './resolve';
import type { Site } from './sites';
import { importedStatements, shapeStatements } from './slice';
import { type Located, StrippedModule } from './strip';
import { moduleTags } from './tags';

/** One file with what it imports, ready for the analysis process. */
export interface Compiled {
  readonly file: ParsedFile;
  readonly definitions: readonly ModuleDefinition[];
  /** The definitions whose inputs are known from the file itself. */
  readonly probed: ReadonlySet<number>;
  readonly sites: readonly Site[];
  readonly problems: readonly Problem[];
  readonly modules: readonly SourceModule[];
  /** The whole numbers written in the file. */
  readonly literals: readonly number[];
  /** The file itself and the workspace files it uses. */
  readonly paths: readonly string[];
  readonly locate: Located;
}

/** The text of a file, from the editor if it is open there. Throws if there is none. */
export type ReadText = (path: string) => string;

const OBSERVER_MODULE = 'distaff:observer';

/** Parses, slices, instruments and strips a file, and cuts the workspace files it imports down to what it uses. */
export async function compile(path: string, readText: ReadText): Promise<Compiled> {
  const file = parseFile(path, readText(path));
  const definitions = moduleDefinitions(file);
  const problems = file.syntaxError ? [file.syntaxError] : [];
  const probes = definitions.flatMap((definition, index) => {
    const { tags, problems: tagProblems } = moduleTags(file, definition);
    const tagged = tagProbe(definition, index, tags, OBSERVER);
    problems.push(...tagProblems, ...tagged.problems);
    return tagged.probe ?? callProbe(file, definition, index, OBSERVER) ?? [];
  });
  const mentioned = new Set(probes.flatMap(({ mentions }) => [...mentions]));
  const kept = shapeStatements(file, definitions, mentioned);
  const { source, sites } = instrument(file, kept, definitions);
  source.append(probes.map(({ code }) => `\n;${code}`).join(''));
  source.prepend(`import { ${OBSERVER} } from '${OBSERVER_MODULE}';`);

  const entry: Part = { file, kept, wanted: new Set(), mentioned, links: { [OBSERVER_MODULE]: { kind: 'observer' } } };
  const parts = file.syntaxError ? [] : withImports(entry, readText);
  const stripped = await Promise.all(
    parts.map((part) => {
      const text = part === entry ? source : cut(part.file, part.kept, part.wanted);
      return StrippedModule.make(part.file.path, text, part.links);
    }),
  );
  return {
    file,
    definitions,
    probed: new Set(probes.map(({ definition }) => definition)),
    sites,
    problems,
    modules: stripped.map(({ module }) => module),
    literals: wholeNumbers(file),
    paths: [path, ...stripped.map(({ module }) => module.path)],
    locate: async (position) => stripped.find(({ module }) => module.path === position.path)?.locate(position),
  };
}

/** A file and what is needed of it. */
export interface Part {
  readonly file: ParsedFile;
  kept: ReadonlySet<number>;
  readonly wanted: Set<string>;
  /** Names that are needed beside what the statements mention. */
  readonly mentioned: ReadonlySet<string>;
  readonly links: Record<string, LinkTarget>;
}

/** The entry and every workspace file it needs, directly or through others. */
function withImports(entry: Part, readText: ReadText): Part[] {
  const parts = new Map([[entry.file.path, entry]]);
  const queue = [entry];
  for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
    for (const [specifier, names] of usedImports(part)) {
      const target = resolveImport(specifier, part.file.path, [...names]);
      part.links[specifier] = target;
      if (target.kind !== 'source' || target.path === entry.file.path) continue;
      const imported = parts.get(target.path) ?? partOf(target.path, readText);
      if (imported === undefined) {
        part.links[specifier] = {
          kind: 'missing',
          message: `Cannot read '${specifier}' (${target.path}).`,
          names: [...names],
        };
        continue;
      }
      parts.set(target.path, imported);
      const before = imported.wanted.size;
      for (const name of names) imported.wanted.add(name);
      if (imported.wanted.size === before) continue;
      imported.kept = importedStatements(imported.file, imported.wanted);
      queue.push(imported);
    }
  }
  return [...parts.values()];
}

function partOf(path: string, readText: ReadText): Part | undefined {
  try {
    return {
      file: parseFile(path, readText(path)),
      kept: new Set(),
      wanted: new Set(),
      mentioned: new Set(),
      links: {},
    };
  } catch {
    return undefined;
  }
}

function wholeNumbers({ program }: ParsedFile): number[] {
  const numbers = new Set<number>();
  walk(program, (node) => {
    if (node.type === 'Literal' && Number.isInteger(node.value) && (node.value as number) > 1)
      numbers.add(node.value as number);
  });
  return [...numbers];
}
