import path from 'node:path';
import type MagicString from 'magic-string';
import type { SourceModule } from '../../../runtime/src/host/analysis/protocol';
import { cut } from './cut';
import { type ModuleDefinition, moduleDefinitions } from './definitions';
import { linksIn, type Part, partOf, type ReadText, withImports } from './graph';
import { importPlace } from './importPlace';
import { instrument } from './instrument';
import { type ParsedFile, type Problem, parseFile, type Range, walk } from './parse';
import { callProbe, type Probe, probingCalls, tagProbe } from './probes';
import type { Site } from './sites';
import { shapeStatements } from './slice';
import { type Located, StripError, StrippedModule } from './strip';
import { guard, OBSERVER } from './wrap';

/** One file with what it imports, ready for the analysis process. */
export interface Compiled {
  readonly file: ParsedFile;
  readonly definitions: readonly ModuleDefinition[];
  /** The definitions whose inputs are known from the file itself. */
  readonly probed: ReadonlySet<number>;
  readonly sites: readonly Site[];
  readonly problems: readonly Problem[];
  /** Empty where something does not compile, which a problem says. */
  readonly modules: readonly SourceModule[];
  /** The whole numbers written in the file. */
  readonly literals: readonly number[];
  /** The file itself and the workspace files it uses. */
  readonly paths: readonly string[];
  /** The files that it imports and that are not there, as they are imported. */
  readonly missing: readonly string[];
  readonly locate: Located;
  /** Where the file imports another one. */
  readonly importOf: (specifier: string | undefined, importer: string) => Range;
}

const OBSERVER_MODULE = 'distaff:observer';

/** Parses, slices, instruments and strips a file, and cuts the workspace files it imports down to what it uses. */
export async function compile(entryPath: string, readText: ReadText): Promise<Compiled> {
  const file = parseFile(entryPath, readText(entryPath));
  const definitions = moduleDefinitions(file);
  const { probes, problems } = probesOf(file, definitions);
  const mentioned = new Set(probes.flatMap(({ mentions }) => [...mentions]));
  const entry = partOf(file, shapeStatements(file, definitions, mentioned), mentioned);
  const graph = file.syntaxError ? { parts: [], problems: [file.syntaxError] } : withImports(entry, readText);
  problems.push(...graph.problems);

  const { source, sites } = instrument(file, entry.kept, entry.wanted, definitions);
  // In front, so that what comes before a statement that fails is run all the same.
  source.prepend(probes.map(({ code }) => code).join(''));
  const linksOf = linksIn(graph.parts);
  const importOf = (specifier: string | undefined, importer: string) => importPlace(file, linksOf, specifier, importer);
  const modules: StrippedModule[] = [];
  const strip = async (part: Part): Promise<void> => {
    try {
      modules.push(await stripped(part, part === entry ? source : guarded(part)));
    } catch (error) {
      if (!(error instanceof StripError)) throw error;
      const { offset, length, message } = error;
      const place = part === entry ? { start: offset, end: offset + length } : importOf(undefined, part.file.path);
      problems.push({ ...place, message, severity: 'error' });
    }
  };
  await Promise.all(graph.parts.map(strip));
  return {
    file,
    definitions,
    probed: new Set(probes.map(({ definition }) => definition)),
    sites,
    problems,
    modules: modules.length === graph.parts.length ? modules.map(({ module }) => module) : [],
    literals: wholeNumbers(file),
    paths: [entryPath, ...graph.parts.map((part) => part.file.path)],
    missing: graph.parts.flatMap(missingFiles),
    locate: async (position) => modules.find(({ module }) => module.path === position.path)?.locate(position),
    importOf,
  };
}

function probesOf(file: ParsedFile, definitions: readonly ModuleDefinition[]) {
  const calls = probingCalls(file);
  const problems: Problem[] = [];
  const probes = definitions.flatMap((definition, index): Probe | [] => {
    const tagged = tagProbe(definition, index);
    problems.push(...tagged.problems);
    if (tagged.probe !== undefined || tagged.problems.length > 0) return tagged.probe ?? [];
    const call = calls.get(definition.variable ?? '');
    return call === undefined ? [] : callProbe(file, index, call);
  });
  return { probes, problems };
}

/** What is needed of an imported file; it reports no values, only what fails. */
function guarded({ file, kept, wanted }: Part): MagicString {
  const source = cut(file, kept, wanted);
  file.program.body.forEach((statement, i) => {
    if (kept.has(i)) guard(source, statement);
  });
  return source;
}

function stripped({ file, absent, links }: Part, source: MagicString): Promise<StrippedModule> {
  source.prepend(`import { ${OBSERVER} } from '${OBSERVER_MODULE}';`);
  for (const name of absent) {
    source.append(`\n;export ${name === 'default' ? 'default' : `const ${name} =`} ${OBSERVER}.missing;`);
  }
  return StrippedModule.make(file.path, source, { ...links, [OBSERVER_MODULE]: { kind: 'observer' } });
}

function missingFiles({ file, links }: Part): string[] {
  const missing = Object.entries(links).filter(
    ([specifier, { kind }]) => kind === 'missing' && specifier.startsWith('.'),
  );
  return missing.map(([specifier]) => path.resolve(path.dirname(file.path), specifier.replace(/\.js$/, '')));
}

function wholeNumbers({ program }: ParsedFile): number[] {
  const numbers = new Set<number>();
  walk(program, (node) => {
    if (node.type === 'Literal' && Number.isInteger(node.value) && (node.value as number) > 1)
      numbers.add(node.value as number);
  });
  return [...numbers];
}
