/** What jnp and lax say of arguments that do not fit: the function, what was expected, what came. */
import { describe, expect, test } from 'vitest';
import { jnp, lax, ops } from '../../runtime/src/index';

const ones = (...shape: number[]) => jnp.ones(shape);

const cases: [what: string, run: () => unknown, message: string][] = [
  [
    'bits of a float tensor',
    () => jnp.bitwiseAnd(ones(2), 1),
    "jnp.bitwiseAnd: expected whole numbers (int32), got f32[2]; jnp.asarray(x, 'int32') casts.",
  ],
  [
    'a diagonal of a vector',
    () => jnp.diagonal(ones(2)),
    'jnp.diagonal: expected an array with at least 2 axes, got f32[2].',
  ],
  [
    'a diagonal matrix of a tensor',
    () => jnp.diag(ones(2, 2, 2)),
    'jnp.diag: expected a vector or a matrix, got f32[2, 2, 2].',
  ],
  ['a triangle of a vector', () => jnp.tril(ones(2)), 'jnp.tril: expected an array with at least 2 axes, got f32[2].'],
  ['a step of 0', () => jnp.arange(0, 1, 0), 'jnp.arange: the step must not be 0.'],
  ['a number of values', () => jnp.linspace(0, 1, -1), 'jnp.linspace: num is a whole number >= 0, got -1.'],
  [
    'shapes that do not broadcast',
    () => jnp.broadcastArrays(ones(2), ones(3)),
    'jnp.broadcastArrays: the shapes do not broadcast: f32[2], f32[3].',
  ],
  [
    'pairs for other axes',
    () =>
      jnp.pad(ones(2), [
        [1, 1],
        [1, 1],
      ]),
    'jnp.pad: 2 pairs of widths for the 1 axes of f32[2].',
  ],
  ['a negative width', () => jnp.pad(ones(2), -1), 'jnp.pad: widths are whole numbers >= 0, got -1.'],
  [
    'a mode of padding',
    () => jnp.pad(ones(2), 1, { mode: 'mean' as never }),
    "jnp.pad: there is no mode 'mean'; there are constant, edge, reflect, symmetric, wrap.",
  ],
  [
    'an empty axis to repeat',
    () => jnp.pad(ones(0), 1, { mode: 'edge' }),
    "jnp.pad: axis 0 of f32[0] is empty; 'edge' repeats.",
  ],
  ['an axis to roll', () => jnp.roll(ones(2), 1, 1), 'jnp.roll: there is no axis 1; the array has 1 axis.'],
  [
    'shifts for other axes',
    () => jnp.roll(ones(2, 2), [1, 2, 3], [0, 1]),
    'jnp.roll: 3 shifts for 2 axes of f32[2, 2].',
  ],
  ['blocks of nothing', () => jnp.block([]), 'jnp.block: an array of blocks is empty.'],
  [
    'columns of a vector',
    () => jnp.dsplit(ones(2, 2), 2),
    'jnp.dsplit: expected an array with at least 3 axes, got f32[2, 2].',
  ],
  [
    'fractions of two axes',
    () => jnp.quantile(ones(3), ones(1, 1)),
    'jnp.quantile: q has at most one axis, got f32[1, 1].',
  ],
  [
    'an interpolation',
    () => jnp.quantile(ones(3), 0.5, 0, { interpolation: 'cubic' as never }),
    "jnp.quantile: interpolation is linear, lower, higher, midpoint or nearest, got 'cubic'.",
  ],
  [
    'weights without an axis',
    () => jnp.average(ones(2, 3), undefined, { weights: ones(3) }),
    'jnp.average: the weights should have the shape of f32[2, 3], or be as many as its axis is long; got f32[3] and no axis.',
  ],
  ['a tensor of variables', () => jnp.cov(ones(2, 2, 2)), 'jnp.cov: expected at most 2 axes, got f32[2, 2, 2].'],
  [
    'a sorted matrix',
    () => jnp.searchsorted(ones(2, 2), 1),
    'jnp.searchsorted: expected a sorted vector, got f32[2, 2].',
  ],
  [
    'weights to count',
    () => jnp.bincount(jnp.asarray([1, 2], 'int32'), { length: 3, weights: ones(3) }),
    'jnp.bincount: the weights f32[3] do not fit the values i32[2].',
  ],
  [
    'choices without conditions',
    () => jnp.select([], []),
    'jnp.select: expected a choice for each condition and at least one; got 0 conditions and 0 choices.',
  ],
  [
    'one branch of where',
    () => jnp.where(true, 1, undefined as never),
    'jnp.where: expected both x and y, or neither; got one.',
  ],
  [
    'vectors of four',
    () => jnp.cross(ones(4), ones(4)),
    'jnp.cross: vectors have 2 or 3 elements; got f32[4] and f32[4].',
  ],
  [
    'a matrix to convolve',
    () => jnp.convolve(ones(2, 2), ones(2)),
    'jnp.convolve: expected two vectors, got f32[2, 2] and f32[2].',
  ],
  [
    'a mode to convolve',
    () => jnp.convolve(ones(2), ones(2), 'some' as never),
    "jnp.convolve: mode is full, same or valid, got 'some'.",
  ],
  [
    'points to interpolate',
    () => jnp.interp(1, ones(2), ones(3)),
    'jnp.interp: xp and fp should be vectors of one length, got f32[2] and f32[3].',
  ],
  [
    'a short axis with slopes',
    () => jnp.gradient(ones(1)),
    'jnp.gradient: axis 0 of f32[1] should have at least 2 elements.',
  ],
  ['limits of a float', () => jnp.iinfo('float32'), 'jnp.iinfo: float32 is no dtype of whole numbers; see finfo.'],
  ['too many indices', () => jnp.getItem(ones(2), 0, 0), 'jnp.getItem: 2 indices for the 1 axes of f32[2].'],
  [
    'a place that does not exist',
    () => jnp.getItem(ones(2, 3), 0, -4),
    'jnp.getItem: there is no place -4 in axis 1 of f32[2, 3].',
  ],
  [
    'a range that is none',
    () => jnp.getItem(ones(2), '1:x'),
    "jnp.getItem: expected a range such as '1:3', ':' or '::-1', or '...'; got '1:x'.",
  ],
  [
    'places that are not whole',
    () => jnp.getItem(ones(2), ones(1)),
    "jnp.getItem: the indices must be int32, got f32[1]; jnp.asarray(x, 'int32') casts.",
  ],
  [
    'an update that is too large',
    () => ops.indexUpdate(ones(2, 3), [0], ones(2)),
    'ops.indexUpdate: f32[2] does not broadcast to the selected part [3] of f32[2, 3].',
  ],
  [
    'ids for other rows',
    () => ops.segmentSum(ones(2), jnp.asarray([1], 'int32'), 2),
    'ops.segmentSum: expected an id for each row of f32[2], got i32[1].',
  ],
  ['a transform of a scalar', () => jnp.fft.fft(1), 'jnp.fft.fft: a scalar has no axis to transform.'],
  [
    'a matrix that is not square',
    () => jnp.linalg.inv(ones(2, 3)),
    'jnp.linalg.inv: expected square matrices [..., n, n], got f32[2, 3].',
  ],
  ['no matrix', () => jnp.linalg.qr(ones(2)), 'jnp.linalg.qr: expected matrices [..., m, n], got f32[2].'],
  [
    'a right side',
    () => jnp.linalg.solve(ones(3, 3), ones(2)),
    'jnp.linalg.solve: expected matrices [..., n, n] and right sides [..., n, k] or [..., n]; got f32[3, 3] and f32[2].',
  ],
  [
    'right sides of least squares',
    () => jnp.linalg.lstsq(ones(3, 2), ones(2)),
    'jnp.linalg.lstsq: expected a matrix [m, n] and right sides [m] or [m, k]; got f32[3, 2] and f32[2].',
  ],
  [
    'a broken exponent',
    () => jnp.linalg.matrixPower(ones(2, 2), 0.5),
    'jnp.linalg.matrixPower: expected a whole exponent, got 0.5.',
  ],
  [
    'a norm of matrices',
    () => jnp.linalg.norm(ones(2, 2), 3),
    "jnp.linalg.norm: the order of a matrix norm is 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity; got 3.",
  ],
  [
    'a norm of a vector',
    () => jnp.linalg.norm(ones(2), 'fro'),
    "jnp.linalg.norm: 'fro' is a norm of matrices; give vectors a number.",
  ],
  [
    'a norm of three axes',
    () => jnp.linalg.norm(ones(2, 2, 2), 1),
    'jnp.linalg.norm: expected one axis for vectors or two for matrices, got 3 axes of f32[2, 2, 2].',
  ],
  [
    'one matrix in a chain',
    () => jnp.linalg.multiDot([ones(2, 2)]),
    'jnp.linalg.multiDot: expected at least 2 matrices, got 1.',
  ],
  [
    'a part outside',
    () => lax.slice(ones(2, 3), [0, 1], [2, 4]),
    'lax.slice: expected a start, a limit and a stride within each axis of f32[2, 3]; got starts [0,1], limits [2,4], strides [1,1].',
  ],
  [
    'an index outside',
    () => lax.indexInDim(ones(2, 3), 3, 1),
    'lax.indexInDim: there is no place 3 in axis 1 of f32[2, 3].',
  ],
  [
    'starts for other axes',
    () => lax.dynamicSlice(ones(2, 3), [0], [1, 1]),
    'lax.dynamicSlice: expected a start for each axis of f32[2, 3] and a part that fits in it; got 1 starts and a part of [1, 1].',
  ],
  [
    'an update larger than the whole',
    () => lax.dynamicUpdateSlice(ones(2, 3), ones(3, 3), [0, 0]),
    'lax.dynamicUpdateSlice: expected a start for each axis of f32[2, 3] and a part that fits in it; got 2 starts and a part of [3, 3].',
  ],
  [
    'an update of other axes',
    () => lax.dynamicUpdateSlice(ones(2, 3), ones(3), [0, 0]),
    'lax.dynamicUpdateSlice: the update f32[3] should have as many axes as f32[2, 3].',
  ],
  [
    'padding of other axes',
    () => lax.pad(ones(2), 0, []),
    'lax.pad: expected a scalar and [low, high, interior] for each axis of f32[2]; got f32[] and [].',
  ],
  [
    'shapes to select from',
    () => lax.select(true, ones(2), ones(3)),
    'lax.select: expected one shape, got bool[], f32[2] and f32[3]; jnp.where broadcasts.',
  ],
  [
    'axes to broadcast to',
    () => lax.broadcastInDim(ones(2), [3, 4], [1]),
    'lax.broadcastInDim: the axes of f32[2] do not fit the axes [1] of [3,4].',
  ],
  [
    'shapes to broadcast',
    () => lax.broadcastShapes([2], [3]),
    'lax.broadcastShapes: the shapes do not broadcast: [2], [3].',
  ],
  ['a rank below', () => lax.broadcastToRank(ones(2, 2), 1), 'lax.broadcastToRank: f32[2, 2] has more than 1 axes.'],
  [
    'pairs of axes',
    () =>
      lax.dotGeneral(ones(2, 3), ones(2, 4), [
        [[1], [1]],
        [[], []],
      ]),
    'lax.dotGeneral: the axes [1] of f32[2, 3] and [1] of f32[2, 4] should have the same sizes.',
  ],
  [
    'a window of other axes',
    () => lax.reduceWindow(ones(2, 2), 0, lax.add, [1], [1, 1], 'SAME'),
    'lax.reduceWindow: windowDimensions should be a positive whole number for each axis of f32[2, 2]; got [1].',
  ],
  [
    'more than there are',
    () => lax.topK(ones(3), 4),
    'lax.topK: expected 0 to 3 elements of the last axis of f32[3], got 4.',
  ],
  [
    'keys without values',
    () => lax.sortKeyVal(ones(3), ones(2)),
    'lax.sortKeyVal: keys and values should have one shape, got f32[3] and f32[2].',
  ],
  [
    'bits of a bool',
    () => lax.bitcastConvertType(jnp.array([true]), 'int32'),
    'lax.bitcastConvertType: expected float32 and int32, got bool[1] as int32.',
  ],
  [
    'strides of a transposed convolution',
    () => lax.convTranspose(ones(1, 4, 2), ones(3, 2, 2), [1, 1], 'SAME'),
    'lax.convTranspose: expected an input [batch, …spatial, channels], a kernel [...window, channels, features] and a stride for each spatial axis; got f32[1, 4, 2], f32[3, 2, 2] and strides [1,1].',
  ],
];

describe('a message says what does not fit:', () => {
  test.each(cases)('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
