import type { DiagnosticLine, FileShapes, HintLine, ModuleShapes } from './protocol';

const number = (value: number): string => value.toLocaleString('en-US');

/** `1.5 MiB`; whole bytes below 1 KiB. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const scaled = bytes / 1024 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`;
};

type Align = 'left' | 'right';

/** Rows of equal length as lines with aligned columns, two spaces apart. */
const columns = (rows: readonly (readonly string[])[], aligns: readonly Align[]): string[] => {
  const widths = aligns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string =>
    aligns[column] === 'right' ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ').trimEnd());
};

const indented = (lines: readonly string[]): string[] => lines.map((line) => (line ? `  ${line}` : line));

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

const parameterTable = ({ params, parameterCount, bytes }: ModuleShapes): string[] => {
  if (params.length === 0) return ['no parameters'];
  const rows = params.map(({ path, shape, dtype }) => [path, `${dtype}[${shape.join(', ')}]`, number(elements(shape))]);
  const table = columns(
    [['parameter', 'shape', 'elements'], ...rows, ['total', formatBytes(bytes), number(parameterCount)]],
    ['left', 'left', 'right'],
  );
  const rule = '─'.repeat(Math.max(...table.map((line) => line.length)));
  return [...table.slice(0, 1), rule, ...table.slice(1, -1), rule, ...table.slice(-1)];
};

const moduleSection = (module: ModuleShapes): string[] => [
  `${module.name}  (line ${module.line})`,
  '',
  ...indented(
    columns(
      [
        ['in', module.inputs.join(', ') || '—'],
        ['out', module.outputs.join(', ') || '—'],
      ],
      ['left', 'left'],
    ),
  ),
  '',
  ...indented(parameterTable(module)),
];

const position = ({ line, character }: { line: number; character: number }): string => `${line}:${character}`;

const hintSection = (hints: readonly HintLine[]): string[] => [
  'Hints',
  '',
  ...indented(
    columns(
      hints.map((hint) => [position(hint), hint.label.trim().replace(/^: /, '')]),
      ['right', 'left'],
    ),
  ),
];

const problemSection = (diagnostics: readonly DiagnosticLine[]): string[] => [
  'Problems',
  '',
  ...indented(
    diagnostics.flatMap((problem) => {
      const [first = '', ...rest] = problem.message.split('\n');
      return [`${position(problem)}  ${problem.severity}  ${first}`, ...indented(rest)];
    }),
  ),
];

/** What `Distaff: Show Shapes` and `distaff shapes` print for one file, as plain text. */
export const shapesDocument = (fileName: string, { modules, hints, diagnostics, status }: FileShapes): string => {
  const title = `Shapes of ${fileName}`;
  const sections: string[][] = [[title, '═'.repeat(title.length)]];
  if (status.health !== 'ok') sections.push([`Not complete: ${status.message}`]);
  if (diagnostics.length > 0) sections.push(problemSection(diagnostics));
  sections.push(...modules.map(moduleSection));
  if (modules.length === 0 && diagnostics.length === 0) {
    sections.push([
      'No module has known inputs. Give one an example input above its definition:',
      '',
      '  /** @input x f32[B, 784] */',
      '',
      'or call its init or initByShape in this file.',
    ]);
  }
  if (hints.length > 0) sections.push(hintSection(hints));
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};
