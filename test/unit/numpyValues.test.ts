/** jnp's functions whose results have as many elements as the values say, and those without a JAX oracle. */
import { describe, expect, test } from 'vitest';
import { ConcretizationError } from '../../runtime/src/bindings/concretization';
import { evalShape, grad, jnp, lax, ops, type Tensor } from '../../runtime/src/index';

const values = (x: Tensor | readonly Tensor[]): unknown =>
  Array.isArray(x) ? x.map((item: Tensor) => item.arraySync()) : (x as Tensor).arraySync();

const x = () =>
  jnp.array([
    [3, 0, 1],
    [0, 3, 3],
  ]);

const readers: Record<string, [run: (x: Tensor) => Tensor | Tensor[], expected: unknown]> = {
  nonzero: [
    jnp.nonzero,
    [
      [0, 0, 1, 1],
      [0, 2, 1, 2],
    ],
  ],
  'where of a condition': [
    (a) => jnp.where(jnp.greater(a, 1)),
    [
      [0, 1, 1],
      [0, 1, 2],
    ],
  ],
  argwhere: [
    (a) => jnp.argwhere(jnp.equal(a, 0)),
    [
      [0, 1],
      [1, 0],
    ],
  ],
  flatnonzero: [jnp.flatnonzero, [0, 2, 4, 5]],
  unique: [(a) => jnp.unique(a), [0, 1, 3]],
  'unique with all it knows': [
    (a) => jnp.unique(a, { returnIndex: true, returnInverse: true, returnCounts: true }),
    [
      [0, 1, 3],
      [1, 2, 0],
      [2, 0, 1, 0, 2, 2],
      [2, 1, 3],
    ],
  ],
  'bincount without a length': [(a) => jnp.bincount(jnp.asarray(jnp.ravel(a), 'int32')), [2, 1, 0, 3]],
  'segmentSum without a number': [
    (a) => ops.segmentSum(jnp.transpose(a), jnp.asarray([1, 0, 1], 'int32')),
    [
      [0, 3],
      [4, 3],
    ],
  ],
  maskIndices: [
    (a) => jnp.maskIndices(2, (ones) => jnp.multiply(jnp.triu(ones), jnp.getItem(a, 0, 0))),
    [
      [0, 0, 1],
      [0, 1, 1],
    ],
  ],
  'getItem with bools': [(a) => jnp.getItem(a, jnp.greater(a, 1)), [3, 3, 3]],
};

describe.each(Object.entries(readers))('%s', (_, [run, expected]) => {
  test('reads the values', () => {
    expect(values(run(x()))).toEqual(expected);
  });

  test('says so where there are none', () => {
    expect(() => evalShape(run as (x: Tensor) => Tensor, x())).toThrow(ConcretizationError);
  });
});

test('eigenvalues and eigenvectors of a matrix that is not symmetric', () => {
  const a = jnp.array([
    [0, -1, 0],
    [1, 0, 0],
    [0, 0, 2],
  ]);
  const [w, v] = jnp.linalg.eig(a);
  const left = jnp.matmul(lax.complex(a, 0), v);
  const right = jnp.multiply(v, jnp.expandDims(w, 0));
  expect(jnp.allclose(jnp.abs(jnp.subtract(left, right)), 0, { atol: 1e-6 }).dataSync()[0]).toBe(1);
  const sizes = [...jnp.sort(jnp.abs(jnp.linalg.eigvals(a))).dataSync()];
  [1, 1, 2].forEach((size, i) => {
    expect(sizes[i]).toBeCloseTo(size, 5);
  });
});

test('all singular vectors', () => {
  const a = jnp.array([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const [u, s, vh] = jnp.linalg.svd(a);
  expect([u.shape, s.shape, vh.shape]).toEqual([[3, 3], [2], [2, 2]]);
  const scaled = jnp.matmul(jnp.multiply(jnp.getItem(u, ':', ':2'), s), vh);
  expect(jnp.allclose(scaled, a, { rtol: 1e-5 }).dataSync()[0]).toBe(1);
  const identity = jnp.matmul(u, jnp.transpose(u));
  expect(jnp.allclose(identity, jnp.eye(3), { atol: 1e-6 }).dataSync()[0]).toBe(1);
});

test('an axis of tensorsolve that moves to the end', () => {
  const a = jnp.add(jnp.reshape(jnp.eye(6), [2, 3, 6]), jnp.reshape(jnp.linspace(0, 0.9, 36), [2, 3, 6]));
  const b = jnp.array([
    [1, 2, 0],
    [1, 3, -1],
  ]);
  const found = jnp.linalg.tensorsolve(jnp.moveaxis(a, 2, 0), b, [0]);
  expect(found.shape).toEqual([6]);
  expect(jnp.allclose(jnp.tensordot(a, found, 1), b, { atol: 1e-4 }).dataSync()[0]).toBe(1);
});

test('any function that combines two arrays reduces', () => {
  const squares = (a: Tensor, b: Tensor) => jnp.sqrt(jnp.add(jnp.square(a), jnp.square(b)));
  const length = (a: Tensor) => jnp.sum(lax.reduce(a, 0, squares, [1])) as Tensor;
  const rows = jnp.array([
    [3, 4, 0],
    [1, 2, 2],
  ]);
  expect(length(rows).dataSync()[0]).toBeCloseTo(8, 5);
  const slopes = [...grad(length)(rows).dataSync()];
  [0.6, 0.8, 0, 1 / 3, 2 / 3, 2 / 3].forEach((slope, i) => {
    expect(slopes[i]).toBeCloseTo(slope, 5);
  });
});

test('a scan over 10,000 rows has its shapes at once', () => {
  const step = (sum: Tensor, row: Tensor) => [jnp.add(sum, row), jnp.multiply(sum, row)] as const;
  const run = (rows: Tensor) => lax.scan(step, jnp.zeros([32]), rows);
  const start = performance.now();
  const [last, all] = evalShape(run, [10_000, 32]);
  expect([last, all].map(String)).toEqual(['f32[32]', 'f32[10000, 32]']);
  expect(performance.now() - start).toBeLessThan(1000);
});

test('pad takes its mode and norm an order of null as NumPy does', () => {
  expect(jnp.pad([1, 2, 3], 2, 'reflect').arraySync()).toEqual([3, 2, 1, 2, 3, 2, 1]);
  expect(jnp.pad([1, 2], 1, 'constant').arraySync()).toEqual([0, 1, 2, 0]);
  expect(() => jnp.pad([1, 2], 1, 'mirror' as never)).toThrow("jnp.pad: there is no mode 'mirror'");
  const rows = jnp.array([
    [3, 4],
    [0, 2],
  ]);
  expect(jnp.linalg.norm(rows, null, 1).arraySync()).toEqual([5, 2]);
  expect(jnp.linalg.norm(rows, null).arraySync()).toBeCloseTo(Math.sqrt(29), 5);
});
