// The table of what Flax and JAX have and what Distaff has of it: read, checked and written as Markdown.
import { readFileSync } from 'node:fs';

const folder = new URL('../../docs/compatibility/', import.meta.url);

/** Packages in the table's order, and where their names are in Distaff. */
const PACKAGES = {
  'flax.nn': 'nn',
  'flax.nn.initializers': 'nn.initializers',
  'flax.optim': 'optim',
  'flax.serialization': 'serialization',
  'flax.struct': 'struct',
  'flax.traverse_util': 'traverse',
  'flax.jax_utils': '',
  'flax.training.lr_schedule': 'optim.schedules',
  'flax.training.common_utils': '',
  'flax.training.checkpoints': '',
  jax: '',
  'jax.numpy': 'jnp',
  'jax.numpy.linalg': 'jnp.linalg',
  'jax.numpy.fft': 'jnp.fft',
  'jax.lax': 'lax',
  'jax.random': 'random',
  'jax.nn': 'nn',
  'jax.nn.initializers': 'nn.initializers',
  'jax.tree_util': 'tree',
  'jax.ops': 'ops',
};

/**
 * One name. `place` is where it is in Distaff, or for what is absent where it would be. `since` is the version it came
 * in, 'later' for what came after the versions that are listed.
 * @typedef {{ package: string, name: string, since: string, place: string, verdict: string, remark: string }} Row
 * @typedef {{ rows: Row[], own: { place: string, remark: string }[], names: Record<string, Record<string, string>> }} Data
 */

/** @returns {Data} */
export function readData() {
  const names = JSON.parse(readFileSync(new URL('names.json', folder), 'utf8'));
  const rows = Object.keys(PACKAGES).flatMap((pkg) =>
    readLines(`${pkg}.tsv`).map(([name = '', place = '', verdict = '', remark = '']) => {
      const later = name.startsWith('+');
      const bare = later ? name.slice(1) : name;
      const since = later ? 'later' : (names[pkg]?.[bare] ?? '');
      return { package: pkg, name: bare, since, place: place || placeOf(pkg, bare), verdict, remark };
    }),
  );
  const own = readLines('only-in-distaff.tsv').map(([place = '', remark = '']) => ({ place, remark }));
  return { rows, own, names };
}

/** A file's lines, without the first, which names the columns. */
function readLines(/** @type {string} */ file) {
  const [, ...lines] = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

/**
 * Where a name is unless its line says otherwise: in the package's namespace, in camelCase. `base.ModuleState.value` is
 * `nn.ModuleState#value`: submodules are left out.
 * @param {string} pkg
 * @param {string} name
 */
export function placeOf(pkg, name) {
  const parts = name.split('.');
  if (SUBMODULES.includes(pkg) && parts.length > 1 && /^[a-z]/.test(parts[0] ?? '')) parts.shift();
  const [head = '', ...members] = parts.map((part) => (CALLS.includes(part) ? '()' : camelCase(part)));
  const namespace = PACKAGES[/** @type {keyof typeof PACKAGES} */ (pkg)];
  return [namespace ? `${namespace}.${head}` : head, ...members].join('#');
}

/** Packages whose submodules' names are listed with them. */
const SUBMODULES = ['flax.nn', 'flax.optim'];

/** What a call of a Model or a custom_vjp is, and of a Module. */
const CALLS = ['__call__', '__new__'];

const camelCase = (/** @type {string} */ name) =>
  name.replace(/(?<=[a-z\d])_([a-z\d])/g, (_, letter) => letter.toUpperCase());

/**
 * Every way in which the data, the extracted names and the exports disagree, a sentence each.
 * @param {Data} data
 * @param {ReadonlySet<string>} places
 */
export function disagreements({ rows, own, names }, places) {
  const found = [];
  for (const [pkg, known] of Object.entries(names)) {
    const listed = rows.filter((row) => row.package === pkg).map(({ name }) => name);
    for (const name of Object.keys(known)) {
      if (!listed.includes(name)) found.push(`${pkg}.${name} has no line in ${pkg}.tsv.`);
    }
    const twice = listed.filter((name, i) => listed.indexOf(name) !== i);
    for (const name of twice) found.push(`${pkg}.${name} has two lines.`);
  }
  for (const { package: pkg, name, since, place, verdict, remark } of rows) {
    const line = `${pkg}.${name}`;
    if (since === '') found.push(`${line} is not among the extracted names.`);
    if (since === 'later' && names[pkg]?.[name] !== undefined) found.push(`${line} is no later name.`);
    if (!['same', 'differs', 'absent'].includes(verdict)) found.push(`${line}: there is no verdict '${verdict}'.`);
    if (verdict !== 'same' && remark === '') found.push(`${line} ${verdict}: how, or why?`);
    if (verdict === 'absent' && places.has(place)) found.push(`${line} is said to be absent, but there is ${place}.`);
    if (verdict !== 'absent' && !places.has(place))
      found.push(`${line} is said to be there, but there is no ${place}.`);
  }
  const said = new Set([...rows.filter(({ verdict }) => verdict !== 'absent'), ...own].map(({ place }) => place));
  for (const place of places) if (!said.has(place)) found.push(`${place} is not in the table.`);
  for (const { place, remark } of own) {
    if (!places.has(place)) found.push(`There is no ${place}, which only-in-distaff.tsv lists.`);
    if (remark === '') found.push(`${place} is only in Distaff: what for?`);
    const row = rows.find((other) => other.place === place && other.verdict !== 'absent');
    if (row !== undefined) found.push(`${place} is said to be only in Distaff, but is ${row.package}.${row.name}.`);
  }
  return found;
}

/**
 * @param {Data} data
 * @returns {string}
 */
export function toMarkdown({ rows, own, names }) {
  const of = (/** @type {string} */ pkg) => rows.filter((row) => row.package === pkg);
  const count = (/** @type {Row[]} */ some, /** @type {string} */ verdict) =>
    some.filter((row) => row.verdict === verdict).length;
  const totals = [...Object.keys(names), ''].map((pkg) => {
    const some = pkg === '' ? rows : of(pkg);
    const counts = ['same', 'differs', 'absent'].map((verdict) => count(some, verdict));
    const title = pkg === '' ? 'all' : `[\`${pkg}\`](#${pkg.replaceAll('.', '')})`;
    return `| ${title} | ${counts.join(' | ')} |`;
  });
  const sections = Object.keys(names).map(
    (pkg) => `## ${pkg}\n\n| Python | Distaff | |\n|---|---|---|\n${of(pkg).map(toLine).join('\n')}\n`,
  );
  const extra = own.map(({ place, remark }) => `| ${code(place)} | ${cell(remark)} |`);
  return [
    readFileSync(new URL('introduction.md', folder), 'utf8'),
    `| | same | differs | absent |\n|---|--:|--:|--:|\n${totals.join('\n')}\n`,
    ...sections,
    `## Only in Distaff\n\n| | |\n|---|---|\n${extra.join('\n')}\n`,
  ].join('\n');
}

/** @type {Record<string, string>} */
const SINCE = { '0.2.2': ' (Flax 0.2)', '0.3.6': ' (Flax 0.3)', later: ' (later)' };

function toLine(/** @type {Row} */ { name, since, place, verdict, remark }) {
  const there = verdict === 'absent' ? '' : code(place);
  const text = remark === '' ? verdict : `${verdict}: ${remark}`;
  return `| ${code(name)}${SINCE[since] ?? ''} | ${there} | ${cell(text)} |`;
}

/** `nn.Model#replace` is written `nn.Model.replace`: which is which, the reader knows. */
const code = (/** @type {string} */ text) => `\`${text.replace('#()', '()').replace('#', '.')}\``;
const cell = (/** @type {string} */ text) => text.replaceAll('|', '\\|');
