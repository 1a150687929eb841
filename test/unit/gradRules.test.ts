/** Gradients of kernels that rearrange, against finite differences: first derivatives, and those of the derivatives. */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, jvp, type Tensor } from '../../runtime/src/index';
import { tf } from './tfjs';

const numbers = (x: Tensor) => [...x.dataSync()];
const wave = (shape: number[], step = 1.7) => {
  const size = shape.reduce((product, n) => product * n, 1);
  return jnp.array(Array.from({ length: size }, (_, i) => Math.sin(i * step + 0.3))).reshape(shape);
};

/** Of functions that are linear in x or in a few of its elements; the cube makes second derivatives differ from 0. */
const functions: Record<string, [shape: number[], f: (x: Tensor) => Tensor]> = {
  'a strided slice': [[5, 6], (x) => x.stridedSlice([1, 0], [5, 6], [2, 4])],
  'a strided slice backwards': [[5, 6], (x) => x.stridedSlice([4, 5], [0, -7], [-3, -2])],
  'a strided slice with masks': [[3, 4, 5], (x) => x.stridedSlice([0, 1, 0], [3, 3, 0], [1, 1, 2], 1, 4, 0, 0, 2)],
  'a strided slice with a new axis and an ellipsis': [
    [3, 4],
    (x) => x.stridedSlice([0, 0, 1], [0, 0, 4], [1, 1, 2], 0, 0, 1, 2, 0),
  ],
  'an empty strided slice': [[3], (x) => x.stridedSlice([2], [1], [1])],
  'the largest k of rows': [[2, 3, 5], (x) => x.topk(2).values],
  cumprod: [[2, 4, 3], (x) => x.cumprod(1)],
  'cumprod backwards': [[2, 4], (x) => x.cumprod(-1, false, true)],
  'exclusive cumprod': [[4, 2], (x) => x.cumprod(0, true)],
  'exclusive cumprod backwards': [[4], (x) => x.cumprod(0, true, true)],
  'cumprod through zeros': [[4], (x) => x.mul([1, 0, 1, 0]).cumprod(0)],
  'depth to space': [[1, 2, 3, 8], (x) => x.depthToSpace(2, 'NHWC')],
  diag: [[4], (x) => tf.diag(x)],
  'diag of a matrix': [[2, 3], (x) => tf.diag(x)],
  'flip left and right': [[1, 2, 3, 2], (x) => tf.image.flipLeftRight(x as never)],
  'unstack of one': [[1, 3], (x) => (x.unstack(0) as [Tensor])[0]],
  'split into one': [[3], (x) => (x.split(1) as [Tensor])[0]],
  'bilinear resizing': [[1, 3, 3, 2], (x) => tf.image.resizeBilinear(x as never, [5, 4])],
  'resizing to the nearest': [[1, 3, 3, 2], (x) => tf.image.resizeNearestNeighbor(x as never, [6, 3])],
  'local means of a padded image': [[1, 4, 4, 2], (x) => x.avgPool([3, 3], 2, 'same')],
  'local maxima of a padded image': [[1, 4, 4, 2], (x) => x.maxPool([3, 3], 2, 'same')],
};

describe.each(Object.entries(functions))('%s', (_, [shape, f]) => {
  const loss = (x: Tensor) => {
    const y = f(x.mul(x).add(x));
    return y.mul(y).mul(wave(y.shape, 0.7)).sum();
  };
  const x = wave(shape);
  const u = wave(shape, 2.3);
  const along = (of: (at: Tensor) => Tensor, step = 1e-2) =>
    of(x.add(u.mul(step)))
      .sub(of(x.sub(u.mul(step))))
      .div(2 * step);
  const expectNear = (got: number[], expected: number[]) => {
    const largest = Math.max(1, ...expected.map(Math.abs));
    for (const [i, value] of got.entries()) {
      expect(Math.abs(value - (expected[i] as number))).toBeLessThan(2e-2 * largest);
    }
  };

  test('the gradient', () => {
    expectNear(numbers(grad(loss)(x).mul(u).sum()), numbers(along(loss)));
  });

  test('the gradient of the gradient', () => {
    expectNear(numbers(jvp(grad(loss), [x], [u])[1]), numbers(along(grad(loss))));
  });

  test('as shapes', () => {
    expect(evalShape((y: Tensor) => jvp(grad(loss), [y], [y])[1], shape).shape).toEqual(shape);
  });
});
