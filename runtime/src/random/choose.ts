/** Shuffling and drawing from given things (jax.random). */
import { argMax, cumsum, gather, searchSorted, sub, Tensor, tensor, topk, zeros } from '#tfjs';
import { runPrimitive } from '../bindings/randomKernels';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import { randint } from './integer';
import { checkKey, counting } from './key';
import { gumbel, uniform } from './real';

/** An array: a tensor, or numbers in nested arrays. */
type ArrayLike = Tensor | readonly number[] | readonly (readonly number[])[];

/**
 * `x` in a random order along `axis`; a number n stands for 0, …, n - 1. With `independent` every line along the axis
 * is shuffled by itself, else they move together.
 */
export function permutation(
  key: Tensor,
  x: number | ArrayLike,
  { axis = 0, independent = false }: { axis?: number; independent?: boolean } = {},
): Tensor {
  checkKey('permutation', key);
  if (typeof x === 'number') return shuffled(key, [population('permutation', x)], 0);
  const array = asTensor(x);
  const along = normalizeAxis('permutation', axis, array);
  if (!independent) return gather(array, shuffled(key, [array.shape[along] as number], 0), along);
  return gather(array.flatten(), shuffled(key, array.shape, along).flatten()).reshape(array.shape);
}

/** `x` with every line along `axis` shuffled by itself: JAX's shuffle, which `permutation` has taken the place of. */
export function shuffle(key: Tensor, x: ArrayLike, axis = 0): Tensor {
  checkKey('shuffle', key);
  const array = asTensor(x);
  const along = normalizeAxis('shuffle', axis, array);
  return gather(array.flatten(), shuffled(key, array.shape, along).flatten()).reshape(array.shape);
}

/** Where each element of a shuffled array was, as flat positions. */
function shuffled(key: Tensor, shape: readonly number[], axis: number): Tensor {
  return runPrimitive('DistaffRandomShuffle', { key }, { ...counting('permutation', shape), axis });
}

export interface ChoiceOptions {
  /** Whether something can be drawn more than once (the default). */
  replace?: boolean;
  /** The probability of each, float32[n]. */
  p?: Tensor | readonly number[];
  /** The axis of `a` to draw along. Default 0. */
  axis?: number;
}

/**
 * Draws from `a` along `axis`; a number n stands for 0, …, n - 1. Throws RangeError where more is asked for than there is.
 */
export function choice(
  key: Tensor,
  a: number | ArrayLike,
  shape: readonly number[] = [],
  { replace = true, p, axis = 0 }: ChoiceOptions = {},
): Tensor {
  checkKey('choice', key);
  const array = typeof a === 'number' ? undefined : asTensor(a);
  const along = array === undefined ? 0 : normalizeAxis('choice', axis, array);
  const count = array === undefined ? population('choice', a as number) : (array.shape[along] as number);
  const draws = counting('choice', shape).shape.reduce((size, dim) => size * dim, 1);
  if (draws === 0) return zeros([...shape], array?.dtype ?? 'int32');
  if (count === 0) throw new RangeError('random.choice: there is nothing to draw from.');
  if (!replace && draws > count) {
    throw new RangeError(`random.choice: ${draws} draws without replacement from ${count}.`);
  }
  const take = (indices: Tensor) => {
    if (array === undefined) return indices.reshape([...shape]);
    const drawn = [...array.shape.slice(0, along), ...shape, ...array.shape.slice(along + 1)];
    return gather(array, indices.flatten(), along).reshape(drawn);
  };
  if (p !== undefined) return take(weighted(key, probabilities(p, count), draws, replace));
  if (replace) return take(randint(key, [draws], 0, count));
  return take(shuffled(key, [count], 0).slice(0, draws));
}

function weighted(key: Tensor, p: Tensor, draws: number, replace: boolean): Tensor {
  if (!replace) return topk(gumbel(key, p.shape).add(p.log()), draws).indices;
  const cumulative = cumsum(p) as Tensor;
  const total = cumulative.slice(p.size - 1, 1);
  return searchSorted(cumulative, total.mul(sub(1, uniform(key, [draws]))));
}

export interface CategoricalOptions {
  /** The axis of the categories. */
  axis?: number;
  /** Ends with the logits' shape without `axis`, which is the default. */
  shape?: readonly number[];
  /** Whether a category can be drawn more than once (the default). */
  replace?: boolean;
}

/** Categories, int32, drawn with probabilities softmax(logits). */
export function categorical(
  key: Tensor,
  logits: ArrayLike,
  { axis = -1, shape, replace = true }: CategoricalOptions = {},
): Tensor {
  checkKey('categorical', key);
  const scores = asTensor(logits).cast('float32');
  const along = normalizeAxis('categorical', axis, scores);
  const batch = scores.shape.filter((_, i) => i !== along);
  const sizes = counting('categorical', shape ?? batch).shape;
  const prefix = sizes.slice(0, Math.max(sizes.length - batch.length, 0));
  const suffix = sizes.slice(prefix.length);
  if (suffix.length !== batch.length || batch.some((size, i) => size !== suffix[i] && size !== 1)) {
    throw new RangeError(
      `random.categorical: the shape [${sizes.join(', ')}] does not end with [${batch.join(', ')}], which logits ` +
        `${formatTensor(scores)} have without axis ${axis}.`,
    );
  }
  const categories = scores.shape[along] as number;
  if (replace) {
    const noise = gumbel(key, [...prefix, ...suffix.toSpliced(along, 0, categories)]);
    return argMax(noise.add(scores), prefix.length + along);
  }
  const draws = prefix.reduce((size, dim) => size * dim, 1);
  if (draws > categories) {
    throw new RangeError(`random.categorical: ${draws} draws without replacement from ${categories} categories.`);
  }
  const axesBefore = scores.shape.map((_, i) => i).filter((i) => i !== along);
  const { indices } = topk(
    gumbel(key, scores.shape)
      .add(scores)
      .transpose([...axesBefore, along]),
    draws,
  );
  return indices.transpose([batch.length, ...batch.keys()]).reshape(sizes);
}

function asTensor(x: ArrayLike): Tensor {
  return x instanceof Tensor ? x : tensor(x as number[]);
}

function probabilities(p: Tensor | readonly number[], count: number): Tensor {
  const values = asTensor(p);
  if (values.rank !== 1 || values.size !== count) {
    throw new RangeError(`random.choice: p has one probability for each of the ${count}, got ${formatTensor(values)}.`);
  }
  return values;
}

function population(fn: string, n: number): number {
  if (!Number.isInteger(n) || n < 0) {
    throw new TypeError(`random.${fn}: a number stands for 0, …, n - 1 and is a whole number, got ${n}.`);
  }
  return n;
}

function normalizeAxis(fn: string, axis: number, { rank, shape }: Tensor): number {
  const along = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(along) || along < 0 || along >= rank) {
    throw new RangeError(`random.${fn}: there is no axis ${axis} in [${shape.join(', ')}].`);
  }
  return along;
}
