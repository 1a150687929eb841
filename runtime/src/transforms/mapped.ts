/** Functions of one example as functions of many: what vmap and pmap have in common. */
import { Tensor } from '#tfjs';
import type { Level } from '../bindings/batch/level';
import { transforms } from '../bindings/stack';
import * as tree from '../tree';
import { outputsOf } from './arguments';
import { entering, leaving, leavingShared } from './crossing';
import { inExamples } from './levels';
import { formatTensor } from './shapeDtypeStruct';

/** The mapped axis of every leaf, or null where all examples share it; for each argument, or a tree's prefix in it. */
export type Axes = number | null | readonly Axes[] | { readonly [key: string]: Axes };

export interface MappedOptions {
  /** Which axis of the arguments holds the examples. Default 0. */
  readonly inAxes?: Axes | undefined;
  /** Where the results have the examples; null for results that are the same for all. Default 0. */
  readonly outAxes?: Axes | undefined;
  /** What collectives (lax.psum) call the mapped axis. */
  readonly axisName?: string | undefined;
  /** How many examples there are, where no argument is mapped. */
  readonly axisSize?: number | undefined;
}

/** What runs, and how it is called in messages. */
interface Mapping extends MappedOptions {
  readonly transform: string;
  readonly name: string;
}

/** Calls `fn` for all examples in `args`, at the level that `levelOver` makes for so many. */
export function mapExamples(
  fn: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  { transform, name, inAxes = 0, outAxes = 0, axisSize }: Mapping,
  levelOver: (size: number) => Level,
): unknown {
  const [leaves, structure] = tree.flatten(args);
  const axes = axesOf(transform, inAxes, args, 'inAxes');
  const moved = leaves.map((leaf, i) => toFront(transform, leaf, axes[i] as number | null, i));
  const level = levelOver(sizeOf(transform, moved, axes, name, axisSize));
  const inputs = moved.map((leaf, i) => (axes[i] === null ? leaf : entering(level, leaf as Tensor)));
  const result = inExamples(level, () =>
    transforms.with({ name: transform, repeats: true }, () =>
      outputsOf(transform, fn(...(tree.unflatten(structure, inputs) as unknown[]))),
    ),
  );
  const places = axesOf(transform, outAxes, tree.unflatten(result.structure, result.outputs), 'outAxes');
  const outputs = result.outputs.map((inner, i) => toOutside(level, inner, places[i] as number | null, i));
  return tree.unflatten(result.structure, outputs);
}

/** How many examples the arguments have. */
export function countExamples(args: readonly unknown[], { transform, name, inAxes = 0, axisSize }: Mapping): number {
  const axes = axesOf(transform, inAxes, args, 'inAxes');
  const moved = tree.leaves(args).map((leaf, i) => {
    const axis = axes[i] as number | null;
    return axis === null ? leaf : { shape: [mappedOf(transform, leaf, axis, i).size] };
  });
  return sizeOf(transform, moved, axes, name, axisSize);
}

/** An axis for each leaf; `axes` may say one for a whole subtree. */
function axesOf(transform: string, axes: Axes, value: unknown, what: string): (number | null)[] {
  if (typeof axes === 'number' || axes === null) return Array(tree.leaves(value).length).fill(axes);
  const entries = Array.isArray(axes) ? [...axes.entries()] : Object.entries(axes).sort(([a], [b]) => (a < b ? -1 : 1));
  const keys = Array.isArray(value) ? value.length : Object.keys((value ?? {}) as object).length;
  if (entries.length !== keys) {
    throw new TypeError(
      `${transform}: ${what} has ${entries.length} entries where there are ${keys}: give one for each, or one number (or null) for all.`,
    );
  }
  return entries.flatMap(([key, axis]) =>
    axesOf(transform, axis as Axes, (value as Record<string, unknown>)[key], what),
  );
}

function mappedOf(transform: string, leaf: unknown, axis: number, index: number) {
  if (!(leaf instanceof Tensor)) {
    throw new TypeError(
      `${transform}: leaf ${index} of the arguments is mapped and no tensor, but a ${typeof leaf}. Give it an axis, or ` +
        'let all examples share it: null in inAxes.',
    );
  }
  const place = axis < 0 ? axis + leaf.rank : axis;
  if (place < 0 || place >= leaf.rank) {
    throw new RangeError(
      `${transform}: leaf ${index} of the arguments, ${formatTensor(leaf)}, has no axis ${axis} to map over.`,
    );
  }
  return { leaf, place, size: leaf.shape[place] as number };
}

function toFront(transform: string, given: unknown, axis: number | null, index: number): unknown {
  if (axis === null) return given;
  const { leaf, place } = mappedOf(transform, given, axis, index);
  return place === 0 ? leaf : leaf.transpose([place, ...leaf.shape.keys()].filter((a, i) => i === 0 || a !== place));
}

function toOutside(level: Level, inner: Tensor, axis: number | null, index: number): Tensor {
  const { transform } = level;
  if (axis === null) {
    const outer = leavingShared(level, inner);
    if (outer !== undefined) return outer;
    throw new TypeError(
      `${transform}: outAxes has null for leaf ${index} of the result, ${formatTensor(inner)}, which differs between ` +
        'examples. Take one of them, or combine them, as lax.psum and lax.pmean do.',
    );
  }
  const outer = leaving(level, inner);
  const place = axis < 0 ? axis + outer.rank : axis;
  if (place < 0 || place >= outer.rank) {
    throw new RangeError(
      `${transform}: outAxes has ${axis} for leaf ${index} of the result, which has ${outer.rank} axes with that of the examples.`,
    );
  }
  if (place === 0) return outer;
  const rest = [...outer.shape.keys()].slice(1);
  return outer.transpose([...rest.slice(0, place), 0, ...rest.slice(place)]);
}

function sizeOf(
  transform: string,
  leaves: readonly unknown[],
  axes: readonly (number | null)[],
  name: string,
  axisSize: number | undefined,
): number {
  const mapped = leaves.filter((_, i) => axes[i] !== null) as Tensor[];
  const [first] = mapped;
  if (first === undefined) {
    if (axisSize !== undefined) return axisSize;
    throw new TypeError(
      `${transform}: no argument of ${name || 'the function'} is mapped over: inAxes has null for all. Say how many ` +
        'examples there are, with axisSize.',
    );
  }
  const other = mapped.find(({ shape }) => shape[0] !== first.shape[0]);
  if (other !== undefined) {
    throw new TypeError(
      `${transform}: arguments have different numbers of examples: ${first.shape[0]} and ${other.shape[0]}` +
        (other instanceof Tensor ? `, in ${formatTensor(first)} and ${formatTensor(other)}.` : '.'),
    );
  }
  const size = first.shape[0] as number;
  if (axisSize === undefined || axisSize === size) return size;
  throw new TypeError(`${transform}: axisSize is ${axisSize}, but the arguments have ${size} examples.`);
}
