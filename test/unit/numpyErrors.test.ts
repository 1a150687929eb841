import { expect, test } from 'vitest';
import { withSizeNames } from '../../runtime/src/bindings/stack';
import { evalShape, jnp, type Tensor } from '../../runtime/src/index';

const cases: [what: string, run: () => unknown, message: string][] = [
  [
    'sizes that a matrix product sums over',
    () => jnp.matmul(jnp.ones([2, 5]), jnp.ones([3, 4])),
    'jnp.matmul: the inner sizes differ: axis 1 of f32[2, 5] has size 5, but axis 0 of f32[3, 4] has size 3.',
  ],
  [
    'sizes of batched matrix products',
    () => jnp.matmul(jnp.ones([7, 2, 5]), jnp.ones([7, 3, 4])),
    'jnp.matmul: the inner sizes differ: axis 2 of f32[7, 2, 5] has size 5, but axis 1 of f32[7, 3, 4] has size 3.',
  ],
  [
    'a scalar in a matrix product',
    () => jnp.matmul(2, jnp.ones([3, 4])),
    'jnp.matmul: a scalar has no axis to sum over.',
  ],
  [
    'numbers of axes in a tensordot',
    () => jnp.tensordot(jnp.ones([2, 3]), jnp.ones([2, 3]), [[0, 1], 0]),
    'jnp.tensordot: 2 axes of the first array and 1 of the second.',
  ],
  [
    'a label with two sizes',
    () => jnp.einsum('ij,jk->ik', jnp.ones([2, 3]), jnp.ones([4, 5])),
    "jnp.einsum: 'j' of 'ij,jk->ik' is both 3 and 4 in the operands f32[2, 3], f32[4, 5].",
  ],
  [
    'labels of another number of axes',
    () => jnp.einsum('ijk->i', jnp.ones([2, 3])),
    "jnp.einsum: 'ijk->i' has 'ijk' for f32[2, 3], which has 2 axes.",
  ],
  [
    'a result label from nowhere',
    () => jnp.einsum('ij->iz', jnp.ones([2, 3])),
    "jnp.einsum: 'ij->iz' has 'z' in the result but in no operand.",
  ],
  [
    'too few operands',
    () => jnp.einsum('ij,jk', jnp.ones([2, 3])),
    "jnp.einsum: 'ij,jk' describes 2 arrays, but 1 were given.",
  ],
  [
    'an axis that does not exist',
    () => jnp.sum(jnp.ones([2, 3]), 2),
    'jnp.sum: there is no axis 2; the array has 2 axes.',
  ],
  ['an axis twice', () => jnp.sum(jnp.ones([2, 3]), [1, -1]), 'jnp.sum: the axes [1, 1] repeat one.'],
  [
    'a shape of another size',
    () => jnp.reshape(jnp.ones([2, 3]), [4, -1]),
    'jnp.reshape: f32[2, 3] has 6 elements, which do not fit [4,-1].',
  ],
  [
    'a squeezed axis that is not 1',
    () => jnp.squeeze(jnp.ones([2, 1]), 0),
    'jnp.squeeze: axis 0 of f32[2, 1] has size 2, not 1.',
  ],
  [
    'parts that are not equal',
    () => jnp.split(jnp.ones([5]), 2),
    'jnp.split: axis 0 of f32[5] does not divide into 2 equal parts.',
  ],
  [
    'shapes one after the other',
    () => jnp.concatenate([jnp.ones([2, 3]), jnp.ones([2, 4])]),
    'jnp.concatenate: apart from axis 0 the shapes must agree: f32[2, 3] and f32[2, 4].',
  ],
  [
    'shapes on top of each other',
    () => jnp.stack([jnp.ones([2]), jnp.ones([3])]),
    'jnp.stack: the shapes must be equal: f32[2] and f32[3].',
  ],
  [
    'a shape to broadcast to',
    () => jnp.broadcastTo(jnp.ones([2]), [2, 3]),
    'jnp.broadcastTo: f32[2] does not broadcast to [2, 3].',
  ],
  [
    'indices that are not whole',
    () => jnp.take(jnp.ones([2]), jnp.array([1])),
    "jnp.take: the indices must be int32, got f32[1]; jnp.asarray(x, 'int32') casts.",
  ],
  [
    'something that is no array',
    () => jnp.asarray(undefined as never),
    'jnp: expected a tensor, number or array, got undefined.',
  ],
  [
    'a dtype',
    () => jnp.asarray(1, 'float64' as never),
    "jnp: there is no dtype 'float64'; there are float32, int32, bool, complex64.",
  ],
];

test.each(cases)('jnp says what does not fit: %s', (_, run, message) => {
  expect(run).toThrow(message);
});

test('messages name the sizes that have names', () => {
  const run = (x: Tensor) => jnp.dot(x, jnp.ones([3, 4]));
  const evaluate = () => evalShape(run, [1009, 5]);
  expect(() => withSizeNames(new Map([[1009, 'B']]), evaluate)).toThrow('axis 1 of f32[B, 5] has size 5');
});

test('a JavaScript number is float32 beside whole numbers too, and arrays may hold tensors', () => {
  const whole = jnp.asarray([1, 2], 'int32');
  expect(jnp.add(whole, 1).dtype).toBe('float32');
  expect(jnp.add(whole, jnp.asarray(1, 'int32')).dtype).toBe('int32');
  const nested = jnp.array([
    [jnp.asarray(1), 2],
    [jnp.asarray(3), 4],
  ]);
  expect(nested.arraySync()).toEqual([
    [1, 2],
    [3, 4],
  ]);
});
