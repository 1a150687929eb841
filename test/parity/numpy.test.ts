/** jnp against NumPy: the cases' names are the expressions that jax.numpy evaluated (test/golden/numpy.json). */
import { describe, expect, test } from 'vitest';
import { evalShape, jnp, type ShapeDtypeStruct, type Tensor } from '../../runtime/src/index';
import { array, expectClose, golden } from './golden';
import { toTensors } from './trees';

type Inputs = Record<'a' | 'i' | 'm' | 't' | 'v' | 'h' | 'n', Tensor>;

const data = golden<{ inputs: Record<keyof Inputs, unknown>; values: Record<string, unknown> }>('numpy.json');

const inputs = () => toTensors<Inputs>(data.inputs);

type Cases = Record<string, () => Tensor | undefined>;

const making = ({ a, i, m, v }: Inputs): Cases => ({
  'array([[1., 2.], [3., 4.]])': () =>
    jnp.array([
      [1, 2],
      [3, 4],
    ]),
  'array([True, False])': () => jnp.array([true, false]),
  'array([v, 2 * v])': () => jnp.array([v, jnp.multiply(2, v)]),
  'asarray(a, dtype=int32)': () => jnp.asarray(a, 'int32'),
  'asarray([0., 2., -1.], dtype=bool)': () => jnp.asarray([0, 2, -1], 'bool'),
  'asarray(m, dtype=float32)': () => jnp.asarray(m, jnp.float32),
  'asarray([16777217], dtype=int32)': () => jnp.asarray([16777217], 'int32'),
  'zeros((2, 3))': () => jnp.zeros([2, 3]),
  'zeros(2, int32)': () => jnp.zeros(2, 'int32'),
  'zeros(())': () => jnp.zeros([]),
  'ones((1, 2), bool)': () => jnp.ones([1, 2], 'bool'),
  'full((2,), 7.)': () => jnp.full([2], 7),
  'full((2, 3), v)': () => jnp.full([2, 3], v),
  'full((), True)': () => jnp.full([], true),
  'zeros_like(i)': () => jnp.zerosLike(i),
  'ones_like(i, float32)': () => jnp.onesLike(i, 'float32'),
  'full_like(i, 4)': () => jnp.fullLike(i, 4),
  'arange(5)': () => jnp.arange(5),
  'arange(2, 10, 3)': () => jnp.arange(2, 10, 3),
  'arange(3, 0, -1)': () => jnp.arange(3, 0, -1),
  'arange(0, 1, .25)': () => jnp.arange(0, 1, 0.25),
  'arange(3, dtype=float32)': () => jnp.arange(0, 3, 1, 'float32'),
  'linspace(-5., 5., 5)': () => jnp.linspace(-5, 5, 5),
  'linspace(0., 1., 4, endpoint=False)': () => jnp.linspace(0, 1, 4, { endpoint: false }),
  'eye(2)': () => jnp.eye(2),
  'eye(2, 3, k=1)': () => jnp.eye(2, 3, { k: 1 }),
  'meshgrid(v, array([7., 8.]))[0]': () => jnp.meshgrid(v, [7, 8])[0],
  'meshgrid(v, array([7., 8.]))[1]': () => jnp.meshgrid(v, [7, 8])[1],
  "meshgrid(v, array([7., 8.]), indexing='ij')[1]": () => jnp.meshgrid(v, [7, 8], { indexing: 'ij' })[1],
});

const rearranging = ({ a, i, m, t, v }: Inputs): Cases => ({
  'reshape(i, (3, -1))': () => jnp.reshape(i, [3, -1]),
  'ravel(i)': () => jnp.ravel(i),
  'transpose(i)': () => jnp.transpose(i),
  'transpose(t, (2, 0, 1))': () => jnp.transpose(t, [2, 0, 1]),
  'swapaxes(t, 0, -1)': () => jnp.swapaxes(t, 0, -1),
  'moveaxis(t, 0, -1)': () => jnp.moveaxis(t, 0, -1),
  'moveaxis(t, (0, 1), (-1, 0))': () => jnp.moveaxis(t, [0, 1], [-1, 0]),
  'expand_dims(v, (0, -1))': () => jnp.expandDims(v, [0, -1]),
  'expand_dims(v, -1)': () => jnp.expandDims(v, -1),
  'squeeze(ones((1, 2, 1)))': () => jnp.squeeze(jnp.ones([1, 2, 1])),
  'squeeze(ones((1, 2, 1)), -1)': () => jnp.squeeze(jnp.ones([1, 2, 1]), -1),
  'concatenate([i, a])': () => jnp.concatenate([i, a]),
  'concatenate([i, i], axis=-1)': () => jnp.concatenate([i, i], -1),
  'stack([v, v], axis=-1)': () => jnp.stack([v, v], -1),
  'stack([m, m])': () => jnp.stack([m, m]),
  'split(i, 3, axis=1)[2]': () => jnp.split(i, 3, 1)[2],
  'split(arange(6.), [1, 4])[1]': () => jnp.split(jnp.arange(0, 6, 1, 'float32'), [1, 4])[1],
  'split(arange(6.), [1, 4])[2]': () => jnp.split(jnp.arange(0, 6, 1, 'float32'), [1, 4])[2],
  'tile(v, 2)': () => jnp.tile(v, 2),
  'tile(v, (2, 1))': () => jnp.tile(v, [2, 1]),
  'tile(i, 2)': () => jnp.tile(i, 2),
  'repeat(v, 2)': () => jnp.repeat(v, 2),
  'repeat(i, 2, axis=0)': () => jnp.repeat(i, 2, 0),
  'repeat(i, jnp.array([1, 0, 2]), axis=1)': () => jnp.repeat(i, [1, 0, 2], 1),
  'repeat(i, 2)': () => jnp.repeat(i, 2),
  'broadcast_to(v, (2, 3))': () => jnp.broadcastTo(v, [2, 3]),
  'broadcast_to(v[:, None], (3, 2))': () => jnp.broadcastTo(jnp.expandDims(v, -1), [3, 2]),
  'flip(i)': () => jnp.flip(i),
  'flip(i, 1)': () => jnp.flip(i, 1),
  'pad(i, 1)': () => jnp.pad(i, 1),
  'pad(i, ((0, 1), (2, 0)), constant_values=9)': () =>
    jnp.pad(
      i,
      [
        [0, 1],
        [2, 0],
      ],
      { constantValues: 9 },
    ),
  'pad(v, (1, 2))': () => jnp.pad(v, [1, 2]),
  "pad(v, 2, mode='reflect')": () => jnp.pad(v, 2, { mode: 'reflect' }),
  "pad(v, 2, mode='symmetric')": () => jnp.pad(v, 2, { mode: 'symmetric' }),
});

const elements = ({ i, m, v, h }: Inputs): Cases => ({
  'add(i, i)': () => jnp.add(i, i),
  'add(i, v)': () => jnp.add(i, v),
  'add(m, m)': () => jnp.add(m, m),
  'multiply(m, i)': () => jnp.multiply(m, i),
  'subtract(v, 1.)': () => jnp.subtract(v, 1),
  'divide(i, i + i)': () => jnp.divide(i, jnp.add(i, i)),
  'floor_divide(array([7, -7]), array([2, 2]))': () =>
    jnp.floorDivide(jnp.asarray([7, -7], 'int32'), jnp.asarray([2, 2], 'int32')),
  'mod(array([7., -7.]), 3.)': () => jnp.mod([7, -7], 3),
  'power(2., arange(5))': () => jnp.power(2, jnp.arange(5)),
  'power(i, i)': () => jnp.power(i, i),
  'square(i)': () => jnp.square(i),
  'negative(i)': () => jnp.negative(i),
  'abs(array([-2, 3]))': () => jnp.abs(jnp.asarray([-2, 3], 'int32')),
  'sign(h)': () => jnp.sign(h),
  'exp(v)': () => jnp.exp(v),
  'exp(i)': () => jnp.exp(i),
  'expm1(array([1e-6]))': () => jnp.expm1([1e-6]),
  'log(v)': () => jnp.log(v),
  'log1p(array([1e-6]))': () => jnp.log1p([1e-6]),
  'sqrt(i)': () => jnp.sqrt(i),
  'reciprocal(v)': () => jnp.reciprocal(v),
  'sin(v)': () => jnp.sin(v),
  'cos(v)': () => jnp.cos(v),
  'tan(v)': () => jnp.tan(v),
  'tanh(v)': () => jnp.tanh(v),
  'maximum(0., h)': () => jnp.maximum(0, h),
  'minimum(i, v)': () => jnp.minimum(i, v),
  'maximum(m, False)': () => jnp.maximum(m, false),
  'clip(h, -1., 2.)': () => jnp.clip(h, -1, 2),
  'clip(h, None, 0.)': () => jnp.clip(h, null, 0),
  'round(h)': () => jnp.round(h),
  'round(array([1.256, -1.254]), 2)': () => jnp.round([1.256, -1.254], 2),
  'floor(h)': () => jnp.floor(h),
  'ceil(h)': () => jnp.ceil(h),
  'floor(i)': () => jnp.floor(i),
});

const logic = ({ a, i, m, v, n }: Inputs): Cases => ({
  'equal(i, v)': () => jnp.equal(i, v),
  'not_equal(m, True)': () => jnp.notEqual(m, true),
  'less(m, True)': () => jnp.less(m, true),
  'less_equal(v, 2.)': () => jnp.lessEqual(v, 2),
  'greater(v, 2.)': () => jnp.greater(v, 2),
  'greater_equal(v, 2.)': () => jnp.greaterEqual(v, 2),
  'logical_and(a, m)': () => jnp.logicalAnd(a, m),
  'logical_or(a, m)': () => jnp.logicalOr(a, m),
  'logical_not(a)': () => jnp.logicalNot(a),
  'isnan(n)': () => jnp.isnan(n),
  'isinf(n)': () => jnp.isinf(n),
  'isfinite(n)': () => jnp.isfinite(n),
  'isnan(i)': () => jnp.isnan(i),
  'where(m, a, 0.)': () => jnp.where(m, a, 0),
  'where(v > 1., i, v)': () => jnp.where(jnp.greater(v, 1), i, v),
  'where(m, i, -i)': () => jnp.where(m, i, jnp.negative(i)),
  'where(array([[True], [False]]), v, array([[9., 9., 9.]]))': () => jnp.where([[true], [false]], v, [[9, 9, 9]]),
  'allclose(v, v + 1e-6)': () => jnp.allclose(v, jnp.add(v, 1e-6)),
  'allclose(v, v + 1e-3)': () => jnp.allclose(v, jnp.add(v, 1e-3)),
  'allclose(v, v + 1e-3, atol=1e-2)': () => jnp.allclose(v, jnp.add(v, 1e-3), { atol: 1e-2 }),
  'allclose(n, n)': () => jnp.allclose(n, n),
  'allclose(n, n, equal_nan=True)': () => jnp.allclose(n, n, { equalNan: true }),
  'allclose(array([1.]), array([jnp.inf]))': () => jnp.allclose([1], [jnp.inf]),
  'array_equal(v, v)': () => jnp.arrayEqual(v, v),
  'array_equal(v, v[:2])': () => jnp.arrayEqual(v, [1, 2]),
});

const reductions = ({ a, i, m, t }: Inputs): Cases => ({
  'sum(a)': () => jnp.sum(a),
  'sum(i, axis=0)': () => jnp.sum(i, 0),
  'sum(m, axis=-1)': () => jnp.sum(m, -1),
  'sum(t, axis=(0, 2), keepdims=True)': () => jnp.sum(t, [0, 2], { keepdims: true }),
  'sum(a, axis=())': () => jnp.sum(a, []),
  'prod(i, axis=1)': () => jnp.prod(i, 1),
  'prod(m)': () => jnp.prod(m),
  'mean(i)': () => jnp.mean(i),
  'mean(m, axis=0)': () => jnp.mean(m, 0),
  'mean(a, axis=1, keepdims=True)': () => jnp.mean(a, 1, { keepdims: true }),
  'var(a)': () => jnp.var(a),
  'var(i, axis=0, ddof=1)': () => jnp.var(i, 0, { ddof: 1 }),
  'std(a, axis=1)': () => jnp.std(a, 1),
  'std(a, axis=0, keepdims=True)': () => jnp.std(a, 0, { keepdims: true }),
  'max(a, axis=1)': () => jnp.max(a, 1),
  'min(i)': () => jnp.min(i),
  'max(m, axis=1)': () => jnp.max(m, 1),
  'argmax(a, axis=1)': () => jnp.argmax(a, 1),
  'argmax(a)': () => jnp.argmax(a),
  'argmin(a, axis=0)': () => jnp.argmin(a, 0),
  'argmax(a, axis=0, keepdims=True)': () => jnp.argmax(a, 0, { keepdims: true }),
  'argmin(a, keepdims=True)': () => jnp.argmin(a, undefined, { keepdims: true }),
  'argmax(m)': () => jnp.argmax(m),
  'any(m, axis=0)': () => jnp.any(m, 0),
  'all(a)': () => jnp.all(a),
  'all(i, axis=1)': () => jnp.all(i, 1),
  'cumsum(i)': () => jnp.cumsum(i),
  'cumsum(a, axis=0)': () => jnp.cumsum(a, 0),
  'cumsum(m, axis=-1)': () => jnp.cumsum(m, -1),
});

const picking = ({ a, i, m, t, v }: Inputs): Cases => ({
  'take(v, array([2, 0, -1]))': () => jnp.take(v, [2, 0, -1]),
  'take(i, array([[0, 2]]), axis=1)': () => jnp.take(i, [[0, 2]], 1),
  'take(i, 4)': () => jnp.take(i, 4),
  'take(t, array([1, -1]), axis=-2)': () => jnp.take(t, jnp.asarray([1, -1], 'int32'), -2),
  'take(m, 1, axis=0)': () => jnp.take(m, 1, 0),
  'take_along_axis(a, array([[0], [-1]]), axis=1)': () => jnp.takeAlongAxis(a, [[0], [-1]], 1),
  'take_along_axis(a, array([[1, 0, 1]]), axis=0)': () => jnp.takeAlongAxis(a, [[1, 0, 1]], 0),
  'sort(a)': () => jnp.sort(a),
  'sort(a, axis=0)': () => jnp.sort(a, 0),
  'sort(-i)': () => jnp.sort(jnp.negative(i)),
  'argsort(a)': () => jnp.argsort(a),
  'argsort(array([1., 0., 1., 0.]))': () => jnp.argsort([1, 0, 1, 0]),
});

const products = ({ a, i, t, v }: Inputs): Cases => ({
  'dot(v, v)': () => jnp.dot(v, v),
  'dot(a, v)': () => jnp.dot(a, v),
  'dot(a, a.T)': () => jnp.dot(a, jnp.transpose(a)),
  'dot(2., a)': () => jnp.dot(2, a),
  'dot(t, ones((2, 4, 2)))': () => jnp.dot(t, jnp.ones([2, 4, 2])),
  'dot(i, i.T)': () => jnp.dot(i, jnp.transpose(i)),
  'matmul(v, a.T)': () => jnp.matmul(v, jnp.transpose(a)),
  'matmul(t, ones((4, 2)))': () => jnp.matmul(t, jnp.ones([4, 2])),
  'matmul(t, t.transpose(0, 2, 1))': () => jnp.matmul(t, jnp.transpose(t, [0, 2, 1])),
  'matmul(a, ones((2, 1, 3, 2)))': () => jnp.matmul(a, jnp.ones([2, 1, 3, 2])),
  'matmul(ones((3,)), ones((2, 3, 2)))': () => jnp.matmul(jnp.ones([3]), jnp.ones([2, 3, 2])),
  'tensordot(t, ones((3, 4)))': () => jnp.tensordot(t, jnp.ones([3, 4])),
  'tensordot(v, v, axes=0)': () => jnp.tensordot(v, v, 0),
  'tensordot(t, t, axes=([0, 2], [0, 2]))': () =>
    jnp.tensordot(t, t, [
      [0, 2],
      [0, 2],
    ]),
  'outer(v, array([1., 10.]))': () => jnp.outer(v, [1, 10]),
  "einsum('ij,jk->ik', a, a.T)": () => jnp.einsum('ij,jk->ik', a, jnp.transpose(a)),
  "einsum('ij,kj', a, a)": () => jnp.einsum('ij,kj', a, a),
  "einsum('ij->ji', a)": () => jnp.einsum('ij->ji', a),
  "einsum('ij->j', a)": () => jnp.einsum('ij->j', a),
  "einsum('ij,ij->', a, a)": () => jnp.einsum('ij,ij->', a, a),
  "einsum('ij,ij->ij', a, a)": () => jnp.einsum('ij,ij->ij', a, a),
  "einsum('i,j->ij', v, v)": () => jnp.einsum('i,j->ij', v, v),
  "einsum('i,j->', v, v)": () => jnp.einsum('i,j->', v, v),
  "einsum('bij,bkj->bki', t, t)": () => jnp.einsum('bij,bkj->bki', t, t),
  "einsum('...ij,jk->...ik', t, ones((4, 2)))": () => jnp.einsum('...ij,jk->...ik', t, jnp.ones([4, 2])),
  "einsum('...i,...i->...', t, t[:1])": () => jnp.einsum('...i,...i->...', t, jnp.take(t, [0], 0)),
  "einsum('ii', a[:, :2])": () => jnp.einsum('ii', jnp.split(a, [2], 1)[0] as Tensor),
  "einsum('ii->i', a[:, :2])": () => jnp.einsum('ii->i', jnp.split(a, [2], 1)[0] as Tensor),
  "einsum('a,ab,b->', v[:2], a, v)": () => jnp.einsum('a,ab,b->', [1, 2], a, v),
  "einsum('bqhd,bkhd->bhqk', t.reshape(1, 2, 3, 4), t.reshape(1, 2, 3, 4))": () =>
    jnp.einsum('bqhd,bkhd->bhqk', jnp.reshape(t, [1, 2, 3, 4]), jnp.reshape(t, [1, 2, 3, 4])),
  "einsum('ij,jk', i, i.T)": () => jnp.einsum('ij,jk', i, jnp.transpose(i)),
});

const all = (given: Inputs): Cases => ({
  ...making(given),
  ...rearranging(given),
  ...elements(given),
  ...logic(given),
  ...reductions(given),
  ...picking(given),
  ...products(given),
});

describe('jnp gives the values and dtypes of NumPy under JAX', () => {
  test.each(Object.keys(data.values))('%s', (expression) => {
    expectClose(all(inputs())[expression]?.() as Tensor, data.values[expression], { ulps: 4 });
  });
});

describe('jnp needs shapes alone', () => {
  test.each(Object.keys(data.values))('%s', (expression) => {
    const names = Object.keys(inputs()) as (keyof Inputs)[];
    const run = (...given: Tensor[]) =>
      all(Object.fromEntries(names.map((name, k) => [name, given[k]])) as Inputs)[expression]?.();
    const found = evalShape(run, ...Object.values(inputs())) as ShapeDtypeStruct | Tensor;
    const { shape, dtype } = array(data.values[expression]);
    expect(`${found.dtype}[${found.shape}]`).toBe(`${dtype}[${shape}]`);
  });
});

test('every case has a value to compare with', () => {
  expect(Object.keys(all(inputs()))).toEqual(Object.keys(data.values));
});
