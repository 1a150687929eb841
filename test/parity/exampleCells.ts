/** Runs an example's file cell by cell in the test's own process, and gives what each cell declared and printed. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import MagicString from 'magic-string';
import { parseSync, type Statement } from 'oxc-parser';
import { vi } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** What came of one cell. A file without `// %%` is one cell. */
export interface Cell {
  /** Where it begins, from 1. */
  readonly line: number;
  /** The heading of the last markdown cell before it. */
  readonly section: string;
  /** What its top-level names stood for when it had ended. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The arguments of each console.log, console.dir and console.table. */
  readonly printed: readonly (readonly unknown[])[];
}

declare global {
  var cellEnded: ((values: Record<string, unknown>) => void) | undefined;
}

/**
 * Runs `examples/FILE`, or what stands in it before a text, on the library that tests import. The file itself is run: its
 * cells only get a call behind their last line, and imports that lead from where it is written to.
 */
export async function runCells(file: string, before?: string): Promise<readonly Cell[]> {
  const example = path.join(root, 'examples', file);
  const whole = readFileSync(example, 'utf8');
  const text = before === undefined ? whole : whole.slice(0, whole.indexOf(before));
  const places = cellsOf(text);
  const folder = path.join(root, 'build/cells', `${path.basename(file, '.ts')}-${process.pid}-${Date.now()}`);
  mkdirSync(folder, { recursive: true });
  const instrumented = path.join(folder, path.basename(file));
  writeFileSync(instrumented, instrument(example, text, places));

  const cells: Cell[] = [];
  const printed: unknown[][] = [];
  const print = (...values: unknown[]) => void printed.push(values);
  const spies = (['log', 'dir', 'table'] as const).map((method) => vi.spyOn(console, method).mockImplementation(print));
  globalThis.cellEnded = (values) => {
    const { line, section } = places[cells.length] as Place;
    cells.push({ line, section, values, printed: printed.splice(0) });
  };
  try {
    await import(/* @vite-ignore */ instrumented);
    rmSync(folder, { recursive: true });
  } catch (error) {
    const { line, section } = places[cells.length] ?? { line: 1, section: '' };
    throw new Error(`The cell at line ${line} of ${file} (${section}) failed: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    globalThis.cellEnded = undefined;
    for (const spy of spies) spy.mockRestore();
  }
  return cells;
}

/** The values of all cells by their names. */
export function valuesOf(cells: readonly Cell[]): Readonly<Record<string, unknown>> {
  return Object.assign({}, ...cells.map(({ values }) => values));
}

interface Place {
  readonly line: number;
  readonly section: string;
  readonly begin: number;
  readonly end: number;
}

/** The code cells between the markers. */
function cellsOf(text: string): Place[] {
  const markers = [...text.matchAll(/^\/\/ %%(.*)$/gm)].map(({ index, 1: title }) => ({ index, title: title ?? '' }));
  const parts = markers.length === 0 ? [{ index: 0, title: '' }] : markers;
  const places: Place[] = [];
  let section = '';
  parts.forEach(({ index: begin, title }, i) => {
    const end = parts[i + 1]?.index ?? text.length;
    const source = text.slice(begin, end);
    if (title.includes('[markdown]')) section = [...source.matchAll(/^\/\/ #+ (.+)$/gm)].at(-1)?.[1] ?? section;
    else places.push({ line: text.slice(0, begin).split('\n').length, section, begin, end });
  });
  return places;
}

/** The file's text, in which each cell tells its values at its end. */
function instrument(file: string, text: string, places: readonly Place[]): string {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join('; ')}`);
  const source = new MagicString(text);
  for (const { begin, end } of places) {
    const inside = program.body.filter((statement) => statement.start >= begin && statement.start < end);
    // In front of the next marker's line, so that all lines stay where they are.
    source.appendLeft(end, `globalThis.cellEnded?.({ ${inside.flatMap(namesOf).join(', ')} });`);
  }
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration') continue;
    const { value, start, end } = statement.source;
    const to = value === 'distaff' ? path.join(root, 'runtime/src/index.ts') : value;
    const resolved = to.startsWith('.') ? path.resolve(path.dirname(file), to) : to;
    source.update(start, end, JSON.stringify(resolved));
  }
  return source.toString();
}

/** The values' names that a top-level statement declares. */
function namesOf(statement: Statement): string[] {
  if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
    return statement.id ? [statement.id.name] : [];
  }
  if (statement.type !== 'VariableDeclaration') return [];
  return statement.declarations.flatMap(({ id }) => boundNames(id));
}

type Pattern = Extract<Statement, { type: 'VariableDeclaration' }>['declarations'][number]['id'];

function boundNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? boundNames(element as Pattern) : []));
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        boundNames((property.type === 'RestElement' ? property.argument : property.value) as Pattern),
      );
    case 'AssignmentPattern':
      return boundNames(pattern.left as Pattern);
    default:
      return boundNames((pattern as { argument: Pattern }).argument);
  }
}
