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
  const at = ({ start, end }: Range): Diagnosis => ({ start, end, message, severity, related });
  if (error.offset !== undefined) return at(tagRange(file.text, error.offset));
  if (error.missingImport !== undefined) {
    return at(compiled.importOf(error.missingImport.specifier, error.missingImport.importer));
  }
  for (const [i, frame] of error.frames.entries()) {
    const inner = error.frames[i - 1];
    // An initializer and what guards it.
    if (inner?.path === frame.path && inner.line === frame.line && related.length > 0) continue;
    const place = await compiled.locate(frame);
    if (place === undefined) continue;
    if (place.path === file.path) return at(expressionAt(compiled, place.offset));
    related.push({ ...place, message });
  }
  if (error.near !== undefined) return at(tagRange(file.text, error.near));
  const running = compiled.definitions[error.definition ?? -1];
  return at(running?.nameRange ?? compiled.importOf(undefined, related.at(-1)?.path ?? ''));
}

/** The rest of the tag's line from the offset on. */
function tagRange(text: string, offset: number): Range {
  const start = Math.min(offset, text.length - 1);
  const rest = /^[^\n*]*/.exec(text.slice(start))?.[0].trimEnd() ?? '';
  return { start, end: start + Math.max(rest.length, 1) };
}

/** The call whose callee stands at the offset, as stacks give it; else the expression there, else the line's rest. */
function expressionAt({ file }: Compiled, offset: number): Range {
  let call: Node | undefined;
  let starting: Node | undefined;
  let around: Node | undefined;
  walk(file.program, (node) => {
    if (offset < node.start || offset >= node.end) return false;
    if ((node.type === 'CallExpression' || node.type === 'NewExpression') && offset < calleeEnd(node)) call = node;
    const at = node.type === 'MemberExpression' ? node.property.start : node.start;
    // `a` of `a + b`, but `a.b` rather than `b`.
    const isMore = starting === undefined || /^(Binary|Logical|Conditional|Sequence)Expression$/.test(starting.type);
    if (/Expression$|^Identifier$/.test(node.type) && at === offset && isMore) starting = node;
    if (/Expression$/.test(node.type)) around = node;
  });
  const found = call ?? starting ?? around;
  if (found !== undefined) {
    // In a chain over several lines the link says more than where the chain begins.
    const isLink = file.text.slice(found.start, offset).includes('\n');
    return { start: isLink ? offset : found.start, end: found.end };
  }
  const lineEnd = file.text.indexOf('\n', offset);
  const end = lineEnd < 0 ? file.text.length : lineEnd;
  return { start: Math.min(offset, end - 1), end };
}

function calleeEnd(node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>): number {
  return node.callee.end;
}

/** Modules that nothing ran: a quiet offer to say what their inputs are. */
function unknownInputs({ definitions, probed }: Compiled, modules: readonly ModuleRecord[]): Diagnosis[] {
  const ran = new Set(modules.flatMap(({ definition }) => [definition, definitions[definition]?.whole]));
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
