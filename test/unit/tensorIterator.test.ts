import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { evalShape, grad, jnp, random, ShapeDtypeStruct, type Tensor, tree } from '../../runtime/src/index';

const matrix = jnp.asarray([
  [1, 2],
  [3, 4],
  [5, 6],
]);
const read = (rows: Iterable<Tensor>) => Array.from(rows, (row) => Array.from(row.dataSync()));

test('a tensor iterates over its rows', () => {
  expect(read(matrix)).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect([...jnp.asarray([7, 8])].map((x) => [x.shape, x.dataSync()[0]])).toEqual([
    [[], 7],
    [[], 8],
  ]);
});

test('keys are taken apart as in Python', () => {
  const [key1, key2] = random.split(random.PRNGKey(0));
  expect(read([key1, key2] as Tensor[])).toEqual(read(random.split(random.PRNGKey(0))));
});

test('more rows than are taken apart at once come in order', () => {
  const rows = read(jnp.arange(400).reshape([200, 2]));
  expect(rows.length).toBe(200);
  expect(rows[131]).toEqual([262, 263]);
});

test('a loop may end early', () => {
  let seen = 0;
  for (const row of jnp.zeros([100_000, 3])) {
    expect(row.shape).toEqual([3]);
    if (++seen === 2) break;
  }
  expect(seen).toBe(2);
});

test('no rows are no rows', () => {
  expect([...jnp.zeros([0, 3])]).toEqual([]);
});

test('a scalar has none', () => {
  expect(() => [...jnp.asarray(3)]).toThrow(
    new TypeError('A scalar, f32[], has no rows to iterate over or to take apart.'),
  );
});

test('gradients pass through rows', () => {
  const slope = grad((x: Tensor) => {
    const [, second] = x;
    return (second as Tensor).square().sum();
  })(matrix);
  expect([...slope.dataSync()]).toEqual([0, 0, 6, 8, 0, 0]);
});

test('rows of abstract tensors are abstract', () => {
  const rows = evalShape((x: Tensor) => [...x], ShapeDtypeStruct([2, 3]));
  expect(String(rows)).toBe('f32[3],f32[3]');
});

test('a tensor is still a leaf, not a list', () => {
  expect(tree.leaves([matrix, { a: matrix }]).every((leaf) => leaf === matrix)).toBe(true);
  expect(inspect(matrix, { depth: 0 })).toContain('Tensor');
  expect(jnp.stack([matrix, matrix]).shape).toEqual([2, 3, 2]);
  expect(jnp.concatenate([matrix, matrix]).shape).toEqual([6, 2]);
});

test('item() is the number of a tensor that has one', () => {
  expect(jnp.array(2.5).item()).toBe(2.5);
  expect(
    jnp
      .array([[7]], 'int32')
      .item()
      .toFixed(1),
  ).toBe('7.0');
  expect(jnp.array(true).item()).toBe(1);
  expect(() => matrix.item()).toThrow(/item\(\) is for tensors with one number, got f32\[3, 2\]/);
  expect(() => evalShape((x: Tensor) => x.mul(x.item()), [])).toThrow(/value of an abstract tensor/);
});
