import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as library from '../../runtime/src/index';
import { placesOf } from '../../scripts/compatibility/places.mjs';
import { disagreements, readData, toMarkdown } from '../../scripts/compatibility/table.mjs';

const data = readData();
const places = placesOf(library);

describe('the table of compatibility', () => {
  it('lists every public name of Flax and JAX, and says of each what the exports say', () => {
    expect(data.rows.length).toBeGreaterThan(850);
    expect(disagreements(data, places)).toEqual([]);
  });

  it('is the page that is checked in', () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/compatibility.md'), 'utf8');
    expect(page === toMarkdown(data), 'npm run compatibility writes docs/compatibility.md anew').toBe(true);
  });

  it('knows members of classes and of what stands for one', () => {
    for (const place of ['nn.Module#param', 'nn.Module#init', 'nn.Model#()', 'optim.Optimizer#target', 'jnp.linalg.qr'])
      expect(places).toContain(place);
  });

  it('would tell of a name that is missing, new, unexplained or unknown', () => {
    const without = new Set(places);
    without.delete('nn.Dense');
    expect(disagreements(data, without)).toEqual(['flax.nn.Dense is said to be there, but there is no nn.Dense.']);
    expect(disagreements(data, new Set([...places, 'nn.Sparse']))).toEqual(['nn.Sparse is not in the table.']);
    expect(disagreements(data, new Set([...places, 'softPmap']))).toEqual([
      'jax.soft_pmap is said to be absent, but there is softPmap.',
      'softPmap is not in the table.',
    ]);
    const row = { package: 'flax.nn', name: 'Sparse', since: '', place: 'nn.Dense', verdict: 'differs', remark: '' };
    expect(disagreements({ ...data, rows: [...data.rows, row] }, places)).toEqual([
      'flax.nn.Sparse is not among the extracted names.',
      'flax.nn.Sparse differs: how, or why?',
    ]);
    const names = { ...data.names, 'flax.nn': { ...data.names['flax.nn'], Sparse: '0.1.0' } };
    expect(disagreements({ ...data, names }, places)).toEqual(['flax.nn.Sparse has no line in flax.nn.tsv.']);
  });
});
