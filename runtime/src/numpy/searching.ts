/** Places in sorted values, and counts. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { stopGradient } from '../transforms/stopGradient';
import { type ArrayLike, asarray, asInteger, asNumeric, describe, float32, int32, promoted } from './array';

import { sort } from './indexing';
import { where } from './logic';
import { flip, ravel, reshape, split } from './manipulation';
import { linspace } from './ranges';

/** The array sorted along its first axis. */
export function msort(x: ArrayLike): tf.Tensor {
  return sort(x, 0);
}

/**
 * Where the values would be inserted into a sorted vector, int32: before elements equal to them, or after for the side
 * 'right'. Throws if `sorted` is no vector.
 */
export function searchsorted(
  sorted: ArrayLike,
  values: ArrayLike,
  { side = 'left' }: { side?: 'left' | 'right' } = {},
): tf.Tensor {
  const [from, sought] = promoted([asNumeric(sorted), asNumeric(values)]).map((x) => stopGradient(x)) as [
    tf.Tensor,
    tf.Tensor,
  ];
  if (from.rank !== 1) throw new ShapeError(`jnp.searchsorted: expected a sorted vector, got ${describe(from)}.`);
  const found = tf.searchSorted(reshape(from, [1, -1]), reshape(sought, [1, -1]), side);
  return reshape(found, sought.shape);
}

/**
 * Which of the intervals between the bins each value lies in, int32: i where `bins[i-1] <= x < bins[i]` (with `right`
 * `bins[i-1] < x <= bins[i]`). Bins may also descend.
 */
export function digitize(x: ArrayLike, bins: ArrayLike, { right = false }: { right?: boolean } = {}): tf.Tensor {
  const edges = asNumeric(bins);
  const count = edges.shape[0] as number;
  const side = right ? 'left' : 'right';
  const ends = [split(edges, [1])[0], split(edges, [count - 1])[1]] as [tf.Tensor, tf.Tensor];
  const ascending = tf.greaterEqual(ends[1], ends[0]);
  const fromEnd = searchsorted(flip(edges), x, { side });
  const descending = tf.sub(tf.scalar(count, int32), fromEnd);
  return where(reshape(ascending, []), searchsorted(edges, x, { side }), descending);
}

export interface BincountOptions {
  /** What each element counts. Default 1. */
  weights?: ArrayLike;
  /** The result is at least so long. */
  minlength?: number;
  /** The result is exactly so long, and larger elements are dropped; without it the values are read, which needs them. */
  length?: number;
}

/**
 * How often each whole number occurs in a vector: int32, or float32 with weights. Negative ones count as 0. Without
 * `length` the values are read to find the largest, so it throws ConcretizationError where there are none.
 */
export function bincount(x: ArrayLike, { weights, minlength = 0, length }: BincountOptions = {}): tf.Tensor {
  const from = asarray(asInteger('jnp.bincount', x), int32);
  if (from.rank !== 1) throw new ShapeError(`jnp.bincount: expected a vector, got ${describe(from)}.`);
  const counted = weights === undefined ? tf.ones(from.shape, int32) : asNumeric(weights);
  if (!tf.util.arraysEqual(counted.shape, from.shape)) {
    throw new ShapeError(`jnp.bincount: the weights ${describe(counted)} do not fit the values ${describe(from)}.`);
  }
  const needed = length ?? Array.from(from.dataSync()).reduce((most, value) => Math.max(most, value + 1), 0);
  const size = Math.max(minlength, needed);
  const segments = tf.maximum(from, tf.scalar(0, int32));
  // What lies beyond the end goes to one more segment, which is cut off.
  const sums = tf.unsortedSegmentSum(counted, tf.minimum(segments, tf.scalar(size, int32)) as tf.Tensor1D, size + 1);
  return tf.slice(sums, [0], [size]);
}

export interface HistogramOptions {
  /** The least and the largest value counted. Default those of the array. */
  range?: readonly [number, number];
  /** What each element counts. Default 1. */
  weights?: ArrayLike;
  /** Whether to give densities, whose integral is 1. */
  density?: boolean;
}

/**
 * How many elements lie in each of `bins` equal intervals (or between the given edges), float32, and the edges. An
 * interval has its lower edge and not its upper one, the last one both.
 */
export function histogram(
  x: ArrayLike,
  bins: number | ArrayLike = 10,
  { range, weights, density = false }: HistogramOptions = {},
): [counts: tf.Tensor, edges: tf.Tensor] {
  const values = ravel(asarray(x, float32));
  const edges = typeof bins === 'number' ? equalEdges(values, bins, range) : asarray(bins, float32);
  const count = (edges.shape[0] as number) - 1;
  const last = tf.slice(edges, [count], [1]);
  const first = tf.slice(edges, [0], [1]);
  const place = tf.sub(searchsorted(edges, values, { side: 'right' }), tf.scalar(1, int32));
  const inside = tf.logicalAnd(tf.greaterEqual(values, first), tf.lessEqual(values, last));
  const segments = where(inside, tf.minimum(place, tf.scalar(count - 1, int32)), asarray(count, int32));
  const counted = weights === undefined ? tf.ones(values.shape) : ravel(asarray(weights, float32));
  const sums = tf.slice(tf.unsortedSegmentSum(counted, segments as tf.Tensor1D, count + 1), [0], [count]);
  if (!density) return [sums, edges];
  const widths = tf.sub(tf.slice(edges, [1], [count]), tf.slice(edges, [0], [count]));
  return [tf.div(tf.div(sums, widths), tf.sum(sums)), edges];
}

function equalEdges(values: tf.Tensor, bins: number, range?: readonly [number, number]): tf.Tensor {
  const [low, high] = range === undefined ? [tf.min(values), tf.max(values)] : range.map((x) => tf.scalar(x));
  const flat = tf.equal(low as tf.Tensor, high as tf.Tensor);
  const [from, to] = [
    where(flat, tf.sub(low as tf.Tensor, 0.5), low as tf.Tensor),
    where(flat, tf.add(high as tf.Tensor, 0.5), high as tf.Tensor),
  ];
  return linspace(from, to, bins + 1);
}

/** The elements of the first choice whose condition is true; where none is, those of `fallback`. All broadcast. */
export function select(
  conditions: readonly ArrayLike[],
  choices: readonly ArrayLike[],
  fallback: ArrayLike = 0,
): tf.Tensor {
  if (conditions.length !== choices.length || conditions.length === 0) {
    throw new ShapeError(
      `jnp.select: expected a choice for each condition and at least one; got ${conditions.length} conditions and ` +
        `${choices.length} choices.`,
    );
  }
  const [start, ...promotedChoices] = promoted([fallback, ...choices].map((x) => asarray(x)));
  return conditions.reduceRight<tf.Tensor>(
    (chosen, condition, i) => where(condition, promotedChoices[i] as tf.Tensor, chosen),
    start as tf.Tensor,
  );
}
