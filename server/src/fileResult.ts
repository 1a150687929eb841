import type { ErrorRecord, ModuleRecord, SiteRecord } from '../../runtime/src/host/analysis/protocol';
import type { Analysis, Outcome } from './analysis';
import { type Hint, hintsOf } from './hints';
import { type Diagnosis, problemsOf } from './problems';
import type { ModuleShapes, Status } from './protocol';
import { type Compiled, compile } from './source/compile';
import type { ReadText } from './source/graph';

/** What one evaluation of a file gave. */
export interface FileResult {
  /** The text that was evaluated; offsets are into it. */
  readonly text: string;
  readonly hints: readonly Hint[];
  readonly problems: readonly Diagnosis[];
  readonly modules: readonly (ModuleShapes & { readonly offset: number })[];
  readonly status: Status;
  /** False where the evaluation ended early: the last good hints are better than these. */
  readonly complete: boolean;
  /** The file and the workspace files it uses. */
  readonly paths: readonly string[];
  /** The files that it imports and that were not there, as they are imported: mostly without an extension. */
  readonly missing: readonly string[];
}

export const OK: Status = { health: 'ok', quiescent: true, message: 'Shapes are up to date.' };

/** Compiles and evaluates a file; undefined where a newer request made it useless. Never throws: what goes wrong is in the result. */
export async function workOut(
  path: string,
  readText: ReadText,
  analysis: Analysis,
  budget: number,
  isWanted: () => boolean,
): Promise<FileResult | undefined> {
  try {
    return await resultOf(await compile(path, readText), analysis, budget, isWanted);
  } catch (error) {
    return unreadable(path, readText, error as Error);
  }
}

async function resultOf(
  compiled: Compiled,
  analysis: Analysis,
  budget: number,
  isWanted: () => boolean,
): Promise<FileResult | undefined> {
  const { file, modules: code, literals, paths, missing } = compiled;
  if (code.length === 0) {
    const problems = await problemsOf(compiled, [], [], false);
    return { text: file.text, hints: [], problems, modules: [], status: OK, complete: false, paths, missing };
  }
  const { records, outcome } = await analysis.evaluate({ entry: file.path, modules: code, literals }, budget, isWanted);
  if (outcome.kind === 'superseded') return undefined;
  const of = <T extends { type: string }>(type: T['type']) =>
    records.filter((record) => record.type === type) as unknown as T[];
  const modules = of<ModuleRecord>('module');
  const complete = outcome.kind === 'done';
  return {
    text: file.text,
    hints: hintsOf(compiled, of<SiteRecord>('site')),
    problems: await problemsOf(compiled, of<ErrorRecord>('error'), modules, complete),
    modules: moduleShapes(compiled, modules),
    status: statusOf(outcome),
    complete,
    paths,
    missing,
  };
}

/** The answer to a request that a restart, or the server's end, came before. */
export function interrupted(path: string): FileResult {
  const status: Status = { health: 'warning', quiescent: true, message: 'Working out the shapes was interrupted.' };
  return { text: '', hints: [], problems: [], modules: [], status, complete: false, paths: [path], missing: [] };
}

function unreadable(path: string, readText: ReadText, error: Error): FileResult {
  let text = '';
  try {
    text = readText(path);
  } catch {
    // The message says it.
  }
  const problem: Diagnosis = { start: 0, end: 0, message: error.message, severity: 'error', related: [] };
  return {
    text,
    hints: [],
    problems: [problem],
    modules: [],
    status: OK,
    complete: false,
    paths: [path],
    missing: [],
  };
}

function statusOf(outcome: Exclude<Outcome, { kind: 'superseded' }>): Status {
  if (outcome.kind === 'done') return OK;
  const message =
    outcome.kind === 'timeout'
      ? `Working out the shapes took longer than ${outcome.budget / 1000} s and was stopped. Shapes from before are shown. Look for an endless loop or one over a named size, which counts into the thousands, or raise distaff.shapes.timeBudget.`
      : `The analysis process ended while it worked out the shapes (${outcome.reason}) and was started again. Shapes from before are shown.`;
  return { health: 'warning', quiescent: true, message };
}

/** One entry a module that ran, on the inputs that say most about it: its own tags, else a call, else another module. */
function moduleShapes({ definitions }: Compiled, records: readonly ModuleRecord[]): FileResult['modules'] {
  return definitions.flatMap(({ name, nameRange }, index) => {
    const own = records.filter(({ definition }) => definition === index);
    const best = ORIGINS.map((origin) => own.find((record) => record.origin === origin)).find(Boolean);
    if (best === undefined) return [];
    const { inputs, outputs, params, parameterCount, bytes } = best;
    return [{ name, line: 0, offset: nameRange.start, inputs, outputs, params, parameterCount, bytes }];
  });
}

const ORIGINS = ['input', 'call', 'nested'] as const;
