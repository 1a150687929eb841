/** What examples of a mapped axis do together (jax.lax's parallel operators): inside vmap or pmap with an axisName. */
import { cast, Tensor } from '#tfjs';
import type { Level } from '../bindings/batch/level';
import { type CollectiveName, collective } from '../bindings/collectiveKernels';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, normalizeAxis } from '../numpy/array';
import { moveaxis, reshape } from '../numpy/manipulation';
import { activeLevel } from '../transforms/levels';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';

/** One axis, or several of nested maps. */
export type AxisName = string | readonly string[];

/** The sum over the mapped axis of each leaf of a pytree. A number, which all examples share, is multiplied by the size. */
export function psum<T>(x: T, axisName: AxisName): T {
  return overAxes('lax.psum', x, axisName, 'Psum', (number, size) => number * size);
}

/** The mean over the mapped axis of each leaf of a pytree. */
export function pmean<T>(x: T, axisName: AxisName): T {
  const size = axisSizeOf('lax.pmean', axisName);
  const sums = overAxes('lax.pmean', x, axisName, 'Psum', (number, count) => number * count);
  const divided = (leaf: unknown) =>
    leaf instanceof Tensor
      ? (leaf.dtype === 'float32' ? leaf : cast(leaf, 'float32')).div(size)
      : (leaf as number) / size;
  return tree.map(divided, sums as unknown) as T;
}

/** The largest over the mapped axis, elementwise, of each leaf of a pytree. Has no gradient, as in JAX. */
export function pmax<T>(x: T, axisName: AxisName): T {
  return overAxes('lax.pmax', x, axisName, 'Pmax', (number) => number);
}

/** The smallest over the mapped axis, elementwise, of each leaf of a pytree. Has no gradient, as in JAX. */
export function pmin<T>(x: T, axisName: AxisName): T {
  return overAxes('lax.pmin', x, axisName, 'Pmin', (number) => number);
}

/** i32[]: which example of the mapped axis this one is, from 0. */
export function axisIndex(axisName: string): Tensor {
  levelNamed('lax.axisIndex', axisName);
  return collective('AxisIndex', null, axisName);
}

/** How many examples the mapped axis has; of several axes all together. */
export function axisSize(axisName: AxisName): number {
  return axisSizeOf('lax.axisSize', axisName);
}

export interface GatherOptions {
  /** Where the examples are in the result. Default 0. */
  readonly axis?: number;
  /** Whether they are joined along an axis that is there, in place of one that is new. Default false. */
  readonly tiled?: boolean;
}

/** All examples' values of each leaf of a pytree, stacked along a new axis (`tiled`: joined along `axis`). */
export function allGather<T>(x: T, axisName: string, { axis = 0, tiled = false }: GatherOptions = {}): T {
  return ofLeaves('lax.allGather', x, axisName, (leaf) => {
    const all = collective('AllGather', leaf, axisName);
    const place = normalizeAxis('lax.allGather', axis, tiled ? leaf.rank : all.rank);
    const moved = moveaxis(all, 0, place);
    return tiled ? joined(moved, place) : moved;
  });
}

export interface ScatterOptions {
  /** The axis whose parts go to the examples. Default 0. */
  readonly scatterDimension?: number;
  /** Whether the axis stays, with a part of its elements. Default false: it has one element for each example. */
  readonly tiled?: boolean;
}

/** The sum over the mapped axis, of which each example gets its part along `scatterDimension`. */
export function psumScatter<T>(
  x: T,
  axisName: string,
  { scatterDimension = 0, tiled = false }: ScatterOptions = {},
): T {
  return ofLeaves('lax.psumScatter', x, axisName, (leaf, { size }) => {
    const place = normalizeAxis('lax.psumScatter', scatterDimension, leaf.rank);
    const parts = divided('lax.psumScatter', leaf, place, size, tiled);
    const own = collective('PsumScatter', parts, axisName);
    return tiled ? moveaxis(own, 0, place) : own;
  });
}

/**
 * Sends each example's value to another one: `perm` has pairs [source, destination]. Examples that none sends to get
 * zeros. Throws where a source or a destination stands twice or is none.
 */
export function ppermute<T>(x: T, axisName: string, perm: readonly (readonly [source: number, to: number])[]): T {
  const { size } = levelNamed('lax.ppermute', axisName);
  const from = Array<number>(size).fill(-1);
  for (const [source, to] of perm) {
    const isExample = (i: number) => Number.isInteger(i) && i >= 0 && i < size;
    if (!isExample(source) || !isExample(to) || from[to] !== -1 || from.includes(source)) {
      throw new RangeError(
        `lax.ppermute: perm has pairs [source, destination] of examples 0 to ${size - 1}, each at most once as a source ` +
          `and once as a destination; got [${perm.map((pair) => `[${pair}]`)}].`,
      );
    }
    from[to] = source;
  }
  return ofLeaves('lax.ppermute', x, axisName, (leaf) => collective('Ppermute', leaf, axisName, from));
}

/** The examples in another order: number i gets the value of number `perm[i]`. */
export const pshuffle = <T>(x: T, axisName: string, perm: readonly number[]): T =>
  ppermute(
    x,
    axisName,
    perm.map((source, to) => [source, to] as const),
  );

/** Exchanges the mapped axis with `splitAxis` of each leaf, which has the same size and comes out at `concatAxis`. */
export function allToAll<T>(x: T, axisName: string, splitAxis: number, concatAxis: number): T {
  return ofLeaves('lax.allToAll', x, axisName, (leaf, { size }) => {
    const place = normalizeAxis('lax.allToAll', splitAxis, leaf.rank);
    const rows = divided('lax.allToAll', leaf, place, size, false);
    return moveaxis(collective('AllToAll', rows, axisName), 0, normalizeAxis('lax.allToAll', concatAxis, leaf.rank));
  });
}

/** Exchanges the mapped axis with another one of the same size. */
export const pswapaxes = <T>(x: T, axisName: string, axis: number): T => allToAll(x, axisName, axis, axis);

function overAxes<T>(
  fn: string,
  x: T,
  axisName: AxisName,
  op: CollectiveName,
  ofNumber: (number: number, size: number) => number,
): T {
  return namesOf(axisName).reduce((value, name) => {
    const { size } = levelNamed(fn, name);
    return tree.map(
      (leaf: unknown) => (typeof leaf === 'number' ? ofNumber(leaf, size) : collective(op, numeric(leaf), name)),
      value as unknown,
    ) as T;
  }, x);
}

function ofLeaves<T>(fn: string, x: T, axisName: string, run: (leaf: Tensor, level: Level) => Tensor): T {
  const level = levelNamed(fn, axisName);
  return tree.map((leaf: unknown) => run(asarray(leaf as ArrayLike), level), x as unknown) as T;
}

/** Bools count as int32. */
function numeric(leaf: unknown): Tensor {
  const x = asarray(leaf as ArrayLike);
  return x.dtype === 'bool' ? cast(x, 'int32') : x;
}

/** The axis' parts in front, one for each example. */
function divided(fn: string, x: Tensor, axis: number, size: number, tiled: boolean): Tensor {
  const length = x.shape[axis] as number;
  if (tiled ? length % size !== 0 : length !== size) {
    throw new ShapeError(
      `${fn}: axis ${axis} of ${formatTensor(x)} should have ${tiled ? 'a multiple of ' : ''}${size} elements, one ` +
        `${tiled ? 'part ' : ''}for each example, got ${length}.`,
    );
  }
  const front = moveaxis(x, axis, 0);
  return tiled ? reshape(front, [size, length / size, ...front.shape.slice(1)]) : front;
}

/** Two neighboring axes as one. */
function joined(x: Tensor, axis: number): Tensor {
  const [a = 1, b = 1] = x.shape.slice(axis);
  return reshape(x, [...x.shape.slice(0, axis), a * b, ...x.shape.slice(axis + 2)]);
}

const namesOf = (axisName: AxisName): readonly string[] => (typeof axisName === 'string' ? [axisName] : axisName);

function axisSizeOf(fn: string, axisName: AxisName): number {
  return namesOf(axisName).reduce((size, name) => size * levelNamed(fn, name).size, 1);
}

/** The innermost map whose axis has that name. Throws ReferenceError where there is none. */
function levelNamed(fn: string, axisName: string): Level {
  const known: string[] = [];
  for (let level = activeLevel(); level !== undefined; level = level.outer) {
    if (level.axisName === axisName) return level;
    if (level.axisName !== undefined) known.push(`'${level.axisName}' (${level.transform} over ${level.size})`);
  }
  const advice =
    known.length > 0
      ? `Known axes: ${known.join(', ')}.`
      : `No mapped axis has a name here: call it in a function that vmap or pmap maps with { axisName: '${axisName}' }.`;
  throw new ReferenceError(`${fn}: there is no axis '${axisName}'. ${advice}`);
}
