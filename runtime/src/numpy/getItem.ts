/** NumPy's indexing: `x[1:3, None, ..., 0]` is `getItem(x, '1:3', null, '...', 0)`. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, asInteger, bool, describe, int32 } from './array';
import { broadcastArrays, flip, moveaxis, reshape, transpose } from './manipulation';
import { asIndices, everyNth } from './places';
import { nonzero } from './valueDependent';

/** A range of places: `start` up to but not including `stop`, every `step`-th; negative places count from the end. */
export interface Slice {
  /** The first place. Default the first of all, or the last where the step is negative. */
  readonly start?: number;
  /** The place before which it ends. Default after the last, or before the first where the step is negative. */
  readonly stop?: number;
  /** How far apart the places are. Default 1. */
  readonly step?: number;
}

/**
 * What selects along an axis: a place; a range, as in Python `'1:3'`, `':'`, `'::-1'`; places as an array or an int32
 * tensor; a bool tensor, whose values are read; `null` for a new axis; '...' for all axes that are not named.
 */
export type Index = number | string | Slice | null | tf.Tensor | readonly number[] | readonly ArrayLike[];

/**
 * The elements that the indices select (NumPy's `x[...]`). Several arrays of places broadcast and select element by
 * element. Throws if there are too many indices, or a place does not exist.
 */
export function getItem(x: ArrayLike, ...indices: readonly Index[]): tf.Tensor {
  const from = asarray(x);
  const items = expanded(from, indices.flatMap(withoutBools));
  return selected(sliced(from, items));
}

/** A bool array stands for the places where it is true, in as many axes as it has. */
function withoutBools(index: Index): Index[] {
  return index instanceof tf.Tensor && index.dtype === bool ? nonzero(index) : [index];
}

type Item = Exclude<Index, string | readonly unknown[]>;

/** One item for each axis, and null for new ones. */
function expanded(x: tf.Tensor, indices: readonly Index[]): Item[] {
  const named = indices.filter((index) => index !== null && index !== '...').length;
  const ellipses = indices.filter((index) => index === '...').length;
  if (named > x.rank || ellipses > 1) {
    const problem = ellipses > 1 ? "'...' occurs more than once" : `${named} indices`;
    throw new ShapeError(`jnp.getItem: ${problem} for the ${x.rank} axes of ${describe(x)}.`);
  }
  const all = Array.from({ length: x.rank - named }, (): Item => ({}));
  const items = indices.flatMap((index): Item[] => {
    if (index === '...') return all;
    if (typeof index === 'string') return [parseSlice(index)];
    if (Array.isArray(index)) return [asarray(asInteger('jnp.getItem', index as readonly ArrayLike[]), int32)];
    return [index as Item];
  });
  return ellipses === 0 ? [...items, ...all] : items;
}

function parseSlice(text: string): Slice {
  const parts = text.replaceAll(' ', '').split(':');
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => !/^(-?\d+)?$/.test(part))) {
    throw new TypeError(`jnp.getItem: expected a range such as '1:3', ':' or '::-1', or '...'; got '${text}'.`);
  }
  const [start, stop, step] = parts.map((part) => (part === '' ? undefined : Number(part)));
  return { start, stop, step } as Slice;
}

/** An array and the arrays of places that are still to be applied, with their axes. */
interface Partial {
  readonly x: tf.Tensor;
  readonly places: readonly (readonly [axis: number, indices: tf.Tensor])[];
}

/** Applies places and ranges that are known; where there are arrays of places, single places are such arrays too. */
function sliced(x: tf.Tensor, items: readonly Item[]): Partial {
  const hasArrays = items.some((item) => item instanceof tf.Tensor);
  const begin: number[] = [];
  const size: number[] = [];
  const reversed: number[] = [];
  const steps: [axis: number, step: number][] = [];
  const places: [number, tf.Tensor][] = [];
  const shape: ((n: number) => number[])[] = [];
  let result = 0;
  let axis = 0;
  const keep = (from: number, count: number) => {
    begin.push(from);
    size.push(count);
  };
  const newAxes: number[] = [];
  for (const item of items) {
    if (item === null) {
      newAxes.push(axis);
      result++;
      continue;
    }
    const length = x.shape[axis] as number;
    if (item instanceof tf.Tensor) {
      keep(0, length);
      places.push([result++, asIndices('jnp.getItem', item, length)]);
    } else if (typeof item === 'number') {
      const place = item < 0 ? item + length : item;
      if (!Number.isInteger(item) || place < 0 || place >= length) {
        throw new ShapeError(`jnp.getItem: there is no place ${item} in axis ${axis} of ${describe(x)}.`);
      }
      if (hasArrays) {
        keep(0, length);
        places.push([result++, tf.scalar(place, int32)]);
      } else keep(place, 1);
    } else {
      const range = resolve(item, length);
      keep(range.low, range.span);
      if (range.reverse) reversed.push(axis);
      if (range.step > 1) steps.push([axis, range.step]);
      result++;
    }
    shape.push((n) => (typeof item === 'number' && !hasArrays ? [] : [n]));
    axis++;
  }
  const whole = begin.every((place, i) => place === 0 && size[i] === x.shape[i]);
  let part = whole ? x : tf.slice(x, begin, size);
  if (reversed.length > 0) part = flip(part, reversed);
  for (const [along, step] of steps) part = everyNth(part, along, step);
  const sizes: number[] = [];
  part.shape.forEach((n, i) => {
    sizes.push(...newAxes.filter((at) => at === i).map(() => 1), ...(shape[i]?.(n) ?? [n]));
  });
  sizes.push(...newAxes.filter((at) => at === part.rank).map(() => 1));
  return { x: reshape(part, sizes), places };
}

/** The lowest place and the extent of a range, whether it runs downwards, and its step. */
function resolve({ start, stop, step = 1 }: Slice, length: number) {
  if (!Number.isInteger(step) || step === 0) throw new RangeError(`jnp.getItem: a range has the step ${step}.`);
  const [first, last] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (place: number) => Math.min(Math.max(place < 0 ? place + length : place, first), last);
  const from = start === undefined ? (step > 0 ? 0 : length - 1) : clamp(start);
  const to = stop === undefined ? (step > 0 ? length : -1) : clamp(stop);
  const count = Math.max(0, Math.ceil((to - from) / step));
  const span = count === 0 ? 0 : (count - 1) * Math.abs(step) + 1;
  const low = count === 0 ? 0 : step > 0 ? from : from - span + 1;
  return { low, span, reverse: step < 0, step: Math.abs(step) };
}

/** Applies the arrays of places. Their axes come where the first of them was, or first if they are not neighbours. */
function selected({ x, places }: Partial): tf.Tensor {
  if (places.length === 0) return x;
  const axes = places.map(([axis]) => axis);
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const indices = broadcastArrays(...places.map(([, each]) => each));
  const rank = indices[0]?.rank ?? 0;
  const strides = axes.map((_, i) =>
    axes.slice(i + 1).reduce((product, axis) => product * (x.shape[axis] as number), 1),
  );
  const flat = indices
    .map((each, i) => tf.mul(each, tf.scalar(strides[i] as number, int32)))
    .reduce((sum, each) => tf.add(sum, each));
  const rows = reshape(transpose(x, [...axes, ...others]), [-1, ...others.map((i) => x.shape[i] as number)]);
  const found = tf.gather(rows, flat);
  const neighbours = axes.every((axis, i) => i === 0 || axis === (axes[i - 1] as number) + 1);
  const start = axes[0] as number;
  if (!neighbours || start === 0 || rank === 0) return found;
  const sources = Array.from({ length: rank }, (_, i) => i);
  return moveaxis(
    found,
    sources,
    sources.map((i) => i + start),
  );
}
