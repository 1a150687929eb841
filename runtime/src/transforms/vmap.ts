import { engine, Tensor } from '#tfjs';
import type { BindingBackend } from '../bindings/backend';
import { BATCH_BACKEND } from '../bindings/batch/batchBackend';
import { Level } from '../bindings/batch/level';
import { activeBackend, levels, transforms } from '../bindings/stack';
import * as tree from '../tree';
import { outputsOf } from './arguments';
import { entering, leaving } from './crossing';
import { inExamples } from './levels';
import { formatTensor } from './shapeDtypeStruct';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

/** The mapped axis of every leaf, or null where all examples share it; for each argument, or a tree's prefix in it. */
export type Axes = number | null | readonly Axes[] | { readonly [key: string]: Axes };

export interface VmapOptions {
  /** Which axis of the arguments holds the examples. Default 0. */
  readonly inAxes?: Axes;
  /** Where the results have the examples. Default 0. */
  readonly outAxes?: Axes;
}

const VMAP = { name: 'vmap', repeats: true };

/**
 * The function of one example as a function of many (jax.vmap): each argument has an axis more, over which examples run,
 * and so have the results. What the function closes over is shared by all examples.
 *
 * @typeParam F the function's type, which is the result's
 */
export function vmap<F extends (...args: Any[]) => Any>(fn: F, { inAxes = 0, outAxes = 0 }: VmapOptions = {}): F {
  if (typeof fn !== 'function') throw new TypeError(`vmap takes a function, got ${typeof fn}.`);
  const call = (...args: unknown[]): unknown => {
    const [leaves, structure] = tree.flatten(args);
    const axes = axesOf(inAxes, args, 'inAxes');
    const moved = leaves.map((leaf, i) => toFront(leaf, axes[i] as number | null, i));
    const size = sizeOf(moved, axes, fn.name);
    const level = levelOver(size);
    const inputs = moved.map((leaf, i) => (axes[i] === null ? leaf : entering(level, leaf as Tensor)));
    const result = inExamples(level, () =>
      transforms.with(VMAP, () => outputsOf('vmap', fn(...(tree.unflatten(structure, inputs) as unknown[])))),
    );
    const places = axesOf(outAxes, tree.unflatten(result.structure, result.outputs), 'outAxes');
    const outputs = result.outputs.map((inner, i) => fromFront(leaving(level, inner), places[i] as number | null));
    return tree.unflatten(result.structure, outputs);
  };
  return Object.defineProperty(call, 'name', { value: fn.name }) as unknown as F;
}

function levelOver(size: number): Level {
  const name = activeBackend();
  const outer = name === BATCH_BACKEND ? levels.top : undefined;
  if (outer !== undefined) return new Level(size, outer.binding, outer, outer.base, outer.baseName);
  const backend = engine().backend as unknown as BindingBackend;
  return new Level(size, backend.binding, undefined, backend, name);
}

/** An axis for each leaf; `axes` may say one for a whole subtree. */
function axesOf(axes: Axes, value: unknown, what: string): (number | null)[] {
  if (typeof axes === 'number' || axes === null) return Array(tree.leaves(value).length).fill(axes);
  const entries = Array.isArray(axes) ? [...axes.entries()] : Object.entries(axes).sort(([a], [b]) => (a < b ? -1 : 1));
  const keys = Array.isArray(value) ? value.length : Object.keys((value ?? {}) as object).length;
  if (entries.length !== keys) {
    throw new TypeError(
      `vmap: ${what} has ${entries.length} entries where there are ${keys}: give one for each, or one number (or null) for all.`,
    );
  }
  return entries.flatMap(([key, axis]) => axesOf(axis as Axes, (value as Record<string, unknown>)[key], what));
}

function toFront(leaf: unknown, axis: number | null, index: number): unknown {
  if (axis === null) return leaf;
  if (!(leaf instanceof Tensor))
    throw new TypeError(`vmap: leaf ${index} of the arguments is mapped and no tensor, but a ${typeof leaf}.`);
  const place = axis < 0 ? axis + leaf.rank : axis;
  if (place < 0 || place >= leaf.rank) {
    throw new RangeError(
      `vmap: leaf ${index} of the arguments, ${formatTensor(leaf)}, has no axis ${axis} to map over.`,
    );
  }
  return place === 0 ? leaf : leaf.transpose([place, ...leaf.shape.keys()].filter((a, i) => i === 0 || a !== place));
}

function fromFront(outer: Tensor, axis: number | null): Tensor {
  if (axis === 0) return outer;
  if (axis === null) throw new TypeError('vmap: outAxes has null for a result; take one example of it instead.');
  const place = axis < 0 ? axis + outer.rank : axis;
  const rest = [...outer.shape.keys()].slice(1);
  return outer.transpose([...rest.slice(0, place), 0, ...rest.slice(place)]);
}

function sizeOf(leaves: readonly unknown[], axes: readonly (number | null)[], name: string): number {
  const mapped = leaves.filter((_, i) => axes[i] !== null) as Tensor[];
  const [first] = mapped;
  if (first === undefined) throw new TypeError(`vmap: no argument of ${name || 'the function'} is mapped over.`);
  const other = mapped.find(({ shape }) => shape[0] !== first.shape[0]);
  if (other !== undefined) {
    throw new TypeError(
      `vmap: arguments have different numbers of examples: ${first.shape[0]} and ${other.shape[0]}, ` +
        `in ${formatTensor(first)} and ${formatTensor(other)}.`,
    );
  }
  return first.shape[0] as number;
}
