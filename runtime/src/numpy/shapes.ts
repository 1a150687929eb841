/** Shapes, and lists of arrays, as arguments. */

import type { Tensor } from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { kindOf } from '../transforms/arguments';
import { type ArrayLike, asarray } from './array';

/** TensorFlow's ops take a shape as int32. */
const LARGEST_SIZE = 2 ** 31 - 1;

/** The sizes that a shape argument stands for: one, or some. Throws unless all are whole numbers >= 0. */
export function sizesOf(caller: string, shape: number | readonly number[]): number[] {
  const sizes = arrayOf(caller, shape);
  const wrong = sizes.find((size) => !Number.isInteger(size) || size < 0 || size > LARGEST_SIZE);
  if (wrong === undefined && !sizes.includes(undefined as never)) return sizes;
  const got = sizes.map((size) => (typeof size === 'number' ? size : kindOf(size))).join(', ');
  throw new ShapeError(`${caller}: sizes are whole numbers from 0 to ${LARGEST_SIZE}, got [${got}].`);
}

/** The same where one size may be left open, as -1. */
export function arrayOf(caller: string, shape: number | readonly number[]): number[] {
  if (typeof shape === 'number') return [shape];
  if (Array.isArray(shape) || (ArrayBuffer.isView(shape) && !(shape instanceof DataView))) return [...shape];
  throw new TypeError(`${caller}: a shape is an array of sizes such as [2, 3], got ${kindOf(shape)}.`);
}

/** The arrays of an argument that is a list of some. */
export function arraysOf(caller: string, xs: readonly ArrayLike[]): Tensor[] {
  if (Array.isArray(xs)) return xs.map((x) => asarray(x));
  throw new TypeError(`${caller} takes an array of arrays, ${caller}([x, y]), got ${kindOf(xs)}.`);
}
