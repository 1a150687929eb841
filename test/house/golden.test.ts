/**
 * Data that no test reads prove nothing. A file counts as read when a test's source names it: in a string, or in a
 * template whose holes are filled by other strings of the same source; or when an index lists it that a test names.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { expect, it } from 'vitest';

const tests = path.resolve(import.meta.dirname, '..');
const golden = path.join(tests, 'golden');

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => !file.includes('__pycache__') && statSync(path.join(folder, file)).isFile());

/** The data; the scripts that made them and their description are none. */
const data = filesBelow(golden).filter((file) => !file.startsWith('scripts/') && file !== 'README.md');

/** A test's strings, and its templates as what stands between their holes. */
interface Source {
  readonly strings: ReadonlySet<string>;
  readonly templates: readonly (readonly string[])[];
}

const sources: Source[] = filesBelow(tests)
  .filter((file) => /\.(ts|mjs|py)$/.test(file) && !/^(golden|house)\/|fixtures\//.test(file))
  .map((file) => {
    const text = readFileSync(path.join(tests, file), 'utf8');
    return file.endsWith('.py') ? pythonStrings(text) : strings(file, text);
  });

function strings(file: string, text: string): Source {
  const found = new Set<string>();
  const templates: string[][] = [];
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string' || typeof value === 'number') found.add(String(value));
    },
    TemplateLiteral: ({ quasis }) => {
      templates.push(quasis.map(({ value }) => value.cooked ?? value.raw));
    },
  }).visit(parseSync(file, text).program);
  return { strings: found, templates };
}

function pythonStrings(text: string): Source {
  const code = text.replace(/"""[\s\S]*?"""/g, '').replace(/^\s*#.*$/gm, '');
  return {
    strings: new Set([...code.matchAll(/'([^'\n]*)'|"([^"\n]*)"/g)].map(([, a, b]) => a ?? b ?? '')),
    templates: [],
  };
}

/** Paths are told from the folder of the data or from a test's own. */
const fromGolden = (text: string) => text.replace(/^(\.\.\/)+golden\//, '');

function isNamed(file: string, { strings, templates }: Source): boolean {
  if ([...strings].some((text) => fromGolden(text) === file)) return true;
  return templates.some((quasis) => {
    const [first = '', ...rest] = quasis;
    const pattern = [fromGolden(first), ...rest]
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('(.+)');
    const holes = new RegExp(`^${pattern}$`).exec(file)?.slice(1);
    return holes !== undefined && holes.length > 0 && holes.every((hole) => strings.has(hole));
  });
}

const namedFiles = data.filter((file) => sources.some((source) => isNamed(file, source)));

/** What the named indices list beside themselves. */
const listedFiles = namedFiles
  .filter((file) => path.posix.basename(file) === 'index.json')
  .flatMap((index) => {
    const { cases = {} } = JSON.parse(readFileSync(path.join(golden, index), 'utf8')) as { cases?: object };
    return Object.keys(cases).map((name) => path.posix.join(path.posix.dirname(index), `${name}.msgpack`));
  });

/** Folders that are one thing to their reader: the directories of Orbax, whose files have new names with each writing. */
const folders = data.map((file) => path.posix.dirname(file)).filter((folder) => /orbax/.test(folder) && named(folder));

function named(folder: string): boolean {
  return sources.some(({ strings }) => strings.has(folder));
}

it('every file of test/golden is read by a test', () => {
  const read = new Set([...namedFiles, ...listedFiles]);
  const unread = data.filter((file) => !read.has(file) && !folders.some((folder) => file.startsWith(`${folder}/`)));
  expect(unread).toEqual([]);
  expect(data.length).toBeGreaterThan(100);
});

it('does not take a name for another, nor a pattern for a name', () => {
  const source = strings('a.test.ts', `golden(\`tour.\${version}.json\`); const version = '0.1.0'; // '0.3.6'`);
  expect(
    ['tour.0.1.0.json', 'tour.0.3.6.json', 'tour..json', 'random.json'].map((file) => isNamed(file, source)),
  ).toEqual([true, false, false, false]);
});
