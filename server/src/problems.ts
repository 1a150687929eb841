import type { ErrorRecord, ModuleRecord } from '../../runtime/src/host/analysis/protocol';
import type { Compiled } from './source/compile';
import { type Node, type Problem, type Range, walk } from './source/parse';

/** A problem, and where else in the workspace its cause is. */
export interface Diagnosis extends Problem {
  readonly related: readonly { readonly path: string; readonly offset: number; readonly message: string }[];
}

/** Everything that is wrong with a file, from its text and from its evaluation. */
export async function problemsOf(
  compiled: Compiled,
  errors: readonly ErrorRecord[],
  modules: readonly ModuleRecord[],
  complete: boolean,
): Promise<Diagnosis[]> {
  const found: Diagnosis[] = compiled.problems.map((problem) => ({ ...problem, related: [] }));
  for (const error of errors) found.push(await diagnose(compiled, error));
  if (complete && found.length === 0) found.push(...unknownInputs(compiled, modules));
  return distinct(found);
}

async function diagnose(compiled: Compiled, error: ErrorRecord): Promise<Diagnosis> {
  const { file } = compiled;
  const { message, severity } = error;
  const related: Diagnosis['related'][number][] = [];
  const at = (range: Range): Diagnosis => ({ ...range, message, severity, related });
  if (error.offset !== undefined) return at(tagRange(file.text, error.offset));
  if (error.missingImport !== undefined) return at(importRange(compiled, error.missingImport));
  for (const frame of error.frames) {
    const place = await compiled.locate(frame);
    if (place === undefined) continue;
    if (place.path === file.path) return at(expressionAt(compiled, place.offset));
    related.push({ ...place, message });
  }
  return at(firstLine(file.text));
}

/** The rest of the tag's line from the offset on. */
function tagRange(text: string, offset: number): Range {
  const start = Math.min(offset, text.length - 1);
  const rest = /^[^\n*]*/.exec(text.slice(start))?.[0].trimEnd() ?? '';
  return { start, end: start + Math.max(rest.length, 1) };
}

/** The import's specifier, in this file or on the way to the file that has it. */
function importRange(compiled: Compiled, { specifier, importer }: { specifier: string; importer: string }): Range {
  const { program, path, text } = compiled.file;
  for (const statement of program.body) {
    if (!('source' in statement) || statement.source === null || typeof statement.source === 'string') continue;
    const { value, start, end } = statement.source;
    const links = compiled.modules.find((module) => module.path === path)?.links[value];
    const leadsThere = links?.kind === 'source' && links.path === importer;
    if ((importer === path && value === specifier) || leadsThere) return { start, end };
  }
  return firstLine(text);
}

/** The call whose callee stands at the offset, as stacks give it; else the smallest expression there, else the line. */
function expressionAt({ file }: Compiled, offset: number): Range {
  let call: Node | undefined;
  let expression: Node | undefined;
  walk(file.program, (node) => {
    if (offset < node.start || offset >= node.end) return false;
    if ((node.type === 'CallExpression' || node.type === 'NewExpression') && offset < calleeEnd(node)) call = node;
    if (/Expression$/.test(node.type) && node.start === offset) expression ??= node;
  });
  const found = call ?? expression;
  if (found !== undefined) return { start: found.start, end: found.end };
  const lineStart = file.text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = file.text.indexOf('\n', offset);
  return { start: offset, end: Math.max(lineEnd < 0 ? file.text.length : lineEnd, lineStart + 1) };
}

function calleeEnd(node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>): number {
  return node.callee.end;
}

function firstLine(text: string): Range {
  const end = text.indexOf('\n');
  return { start: 0, end: Math.max(end < 0 ? text.length : end, 0) };
}

/** Modules that nothing ran: a quiet offer to say what their inputs are. */
function unknownInputs({ definitions, probed }: Compiled, modules: readonly ModuleRecord[]): Diagnosis[] {
  const ran = new Set(modules.map(({ definition }) => definition));
  return definitions.flatMap(({ name, nameRange, apply, variable }, index) => {
    if (ran.has(index) || probed.has(index) || variable === undefined || apply === undefined) return [];
    const first = apply.params[0];
    const input = first?.type === 'Identifier' ? first.name : 'x';
    const message = `The inputs of ${name} are not known. Write /** @input ${input} f32[B, 784] */ above it, with its real shape, to see its shapes.`;
    return [{ ...nameRange, message, severity: 'hint' as const, related: [] }];
  });
}

function distinct(problems: readonly Diagnosis[]): Diagnosis[] {
  const keys = new Set<string>();
  return problems.filter(({ start, end, message }) => {
    // A module that is called several times fails the same way each time; the first path is enough.
    const key = `${start} ${end} ${message.split('\n')[0]}`;
    return !keys.has(key) && keys.add(key);
  });
}
