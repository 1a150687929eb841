/** Products of tensors, and convolutions in short. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asNumeric, describe, normalizeAxes, promoted } from '../numpy/array';
import { reshape, transpose } from '../numpy/manipulation';
import { dot as dotOf } from '../numpy/products';
import { type ConvOptions, convGeneralDilated } from './convolution';
import { type Padding, paddingPairs } from './padding';

/** The axes of both operands that are summed over, and those that are batches. */
export type DotDimensionNumbers = readonly [
  contracting: readonly [lhs: readonly number[], rhs: readonly number[]],
  batch: readonly [lhs: readonly number[], rhs: readonly number[]],
];

/**
 * Sums of products over pairs of axes, for each place of the pairs of batch axes: the result has the batch axes, then the
 * others of `lhs`, then those of `rhs`. Throws if the sizes of a pair differ.
 */
export function dotGeneral(lhs: ArrayLike, rhs: ArrayLike, dimensionNumbers: DotDimensionNumbers): tf.Tensor {
  const [a, b] = promoted([asNumeric(lhs), asNumeric(rhs)]) as [tf.Tensor, tf.Tensor];
  const [[innerA, innerB], [batchA, batchB]] = dimensionNumbers.map(([l, r]) => [
    normalizeAxes('lax.dotGeneral', l, a.rank),
    normalizeAxes('lax.dotGeneral', r, b.rank),
  ]) as [[number[], number[]], [number[], number[]]];
  const sizes = (x: tf.Tensor, axes: readonly number[]) => axes.map((axis) => x.shape[axis] as number);
  const pairs = [
    [innerA, innerB],
    [batchA, batchB],
  ] as const;
  for (const [ofA, ofB] of pairs) {
    if (tf.util.arraysEqual(sizes(a, ofA), sizes(b, ofB))) continue;
    throw new ShapeError(
      `lax.dotGeneral: the axes [${ofA}] of ${describe(a)} and [${ofB}] of ${describe(b)} should have the same sizes.`,
    );
  }
  const free = (x: tf.Tensor, ...taken: (readonly number[])[]) =>
    x.shape.map((_, i) => i).filter((i) => !taken.some((axes) => axes.includes(i)));
  const [freeA, freeB] = [free(a, innerA, batchA), free(b, innerB, batchB)];
  const count = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
  const batch = sizes(a, batchA);
  const inner = count(sizes(a, innerA));
  const lead = batch.length === 0 ? [] : [count(batch)];
  const left = reshape(transpose(a, [...batchA, ...freeA, ...innerA]), [...lead, count(sizes(a, freeA)), inner]);
  const right = reshape(transpose(b, [...batchB, ...innerB, ...freeB]), [...lead, inner, count(sizes(b, freeB))]);
  return reshape(tf.matMul(left, right), [...batch, ...sizes(a, freeA), ...sizes(b, freeB)]);
}

/** The products of vectors and matrices; like jnp.dot. */
export function dot(lhs: ArrayLike, rhs: ArrayLike): tf.Tensor {
  return dotOf(lhs, rhs);
}

/** The products of the matrices in the last two axes of both; the axes before are batches and the same. */
export function batchMatmul(lhs: ArrayLike, rhs: ArrayLike): tf.Tensor {
  const [rank, other] = [asNumeric(lhs).rank, asNumeric(rhs).rank];
  if (rank < 2 || rank !== other) {
    throw new ShapeError(`lax.batchMatmul: expected matrices in as many batch axes, got ${rank} and ${other} axes.`);
  }
  const batch = Array.from({ length: rank - 2 }, (_, i) => i);
  return dotGeneral(lhs, rhs, [
    [[rank - 1], [rank - 2]],
    [batch, batch],
  ]);
}

/** Convolution, channels last: `lhs: [batch, …spatial, in]`, `rhs: [...window, in, out]`. */
export function conv(lhs: ArrayLike, rhs: ArrayLike, windowStrides: readonly number[], padding: Padding): tf.Tensor {
  return convGeneralDilated(lhs, rhs, windowStrides, padding);
}

/** Convolution, channels last, with dilations in their order. */
export function convWithGeneralPadding(
  lhs: ArrayLike,
  rhs: ArrayLike,
  windowStrides: readonly number[],
  padding: Padding,
  lhsDilation?: readonly number[] | null,
  rhsDilation?: readonly number[] | null,
): tf.Tensor {
  const options: ConvOptions = { lhsDilation: lhsDilation ?? null, rhsDilation: rhsDilation ?? null };
  return convGeneralDilated(lhs, rhs, windowStrides, padding, options);
}

/** 'SAME' or 'VALID' as `[before, after]` for each axis of the shape. */
export function padtypeToPads(
  inShape: readonly number[],
  windowShape: readonly number[],
  windowStrides: readonly number[],
  padding: 'SAME' | 'VALID',
): [number, number][] {
  const axes = inShape.map((size, i) => ({
    size,
    window: windowShape[i] as number,
    stride: windowStrides[i] as number,
  }));
  return paddingPairs('lax.padtypeToPads', padding, axes);
}
