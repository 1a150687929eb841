/** More elements around an array. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, type DType, describe } from './array';
import { take } from './indexing';

type Pair = readonly [before: number, after: number];
/** One number for all sides, or `[before, after]` for all axes or for each. */
type Pairs = number | Pair | readonly Pair[];

/**
 * 'constant' (default); 'edge' repeats the last element; 'reflect' mirrors without the edge, 'symmetric' with it; 'wrap'
 * starts again from the other side.
 */
export type PadMode = 'constant' | 'edge' | 'reflect' | 'symmetric' | 'wrap';

export interface PadOptions {
  /** What the new elements are. Default 'constant'. */
  mode?: PadMode;
  /** What 'constant' pads with. Default 0. */
  constantValues?: Pairs;
}

/** Which element stands at a place before the first (negative) or after the last of `length`. */
const SOURCES: Readonly<Record<string, (place: number, length: number) => number>> = {
  edge: (place, length) => Math.min(Math.max(place, 0), length - 1),
  reflect: (place, length) => {
    const period = Math.max(1, 2 * (length - 1));
    const at = modulo(place, period);
    return at < length ? at : period - at;
  },
  symmetric: (place, length) => {
    const at = modulo(place, 2 * length);
    return at < length ? at : 2 * length - 1 - at;
  },
  wrap: (place, length) => modulo(place, length),
};

const modulo = (a: number, b: number) => ((a % b) + b) % b;

/**
 * The array with more elements around it: one number for all sides, or `[before, after]` for all axes or for each. The
 * mode may stand alone, `jnp.pad(x, 1, 'reflect')`, as in NumPy. Throws if there are pairs for another number of axes, or
 * if an empty axis has nothing to repeat.
 */
export function pad(x: ArrayLike, padWidth: Pairs, options: PadMode | PadOptions = {}): tf.Tensor {
  const { mode = 'constant', constantValues = 0 } = typeof options === 'string' ? { mode: options } : options;
  const from = asarray(x);
  const widths = pairs(padWidth, from.rank);
  if (widths.length !== from.rank) {
    throw new ShapeError(`jnp.pad: ${widths.length} pairs of widths for the ${from.rank} axes of ${describe(from)}.`);
  }
  if (widths.flat().some((width) => !Number.isInteger(width) || width < 0)) {
    throw new RangeError(`jnp.pad: widths are whole numbers >= 0, got ${JSON.stringify(padWidth)}.`);
  }
  if (widths.every(([before, after]) => before === 0 && after === 0)) return from;
  if (mode === 'constant') return padConstant(from, widths, constantValues);
  const source = SOURCES[mode];
  if (source === undefined) {
    throw new TypeError(`jnp.pad: there is no mode '${mode}'; there are constant, ${Object.keys(SOURCES).join(', ')}.`);
  }
  return widths.reduce((padded, [before, after], axis) => {
    const length = from.shape[axis] as number;
    if (before + after === 0) return padded;
    if (length === 0) throw new ShapeError(`jnp.pad: axis ${axis} of ${describe(from)} is empty; '${mode}' repeats.`);
    const places = Array.from({ length: before + length + after }, (_, i) => source(i - before, length));
    return take(padded, tf.tensor(places, [places.length], 'int32'), axis);
  }, from);
}

function padConstant(from: tf.Tensor, widths: readonly Pair[], constantValues: Pairs): tf.Tensor {
  if (typeof constantValues === 'number' && from.rank <= 6)
    return tf.pad(from, [...widths] as [number, number][], constantValues);
  const values = pairs(constantValues, from.rank);
  const strip = (like: tf.Tensor, axis: number, width: number, value: number) =>
    tf.cast(tf.fill(like.shape.with(axis, width), value), like.dtype as DType);
  return widths.reduce((padded, [before, after], axis) => {
    const [first, last] = values[axis] as Pair;
    const parts = [
      ...(before > 0 ? [strip(padded, axis, before, first)] : []),
      padded,
      ...(after > 0 ? [strip(padded, axis, after, last)] : []),
    ];
    return parts.length === 1 ? padded : tf.concat(parts, axis);
  }, from);
}

function pairs(given: Pairs, rank: number): Pair[] {
  const [first, second] = typeof given === 'number' ? [given, given] : given;
  if (typeof first === 'number') {
    return Array.from({ length: rank }, () => [first, typeof second === 'number' ? second : first]);
  }
  const each = given as readonly Pair[];
  return each.length === 1 ? Array.from({ length: rank }, () => each[0] as Pair) : [...each];
}
