/** Loops inside jit and vmap: one recorded loop however many steps it has, one loop for all examples. */
import { scalar, type Tensor } from '#tfjs';
import { transforms } from '../bindings/stack';
import { isTraced } from '../transforms/jit/controlFlow';
import { graphScan } from '../transforms/jit/scan';
import { activeLevel } from '../transforms/levels';
import * as tree from '../tree';
import { checkAlike, type Flat, flattenTensors } from './carry';
import { scanOfExamples } from './examples';

/** Whether loops run as one, rather than step by step. */
export const loopsAreOne = (): boolean => isTraced() || activeLevel() !== undefined;

/** lax.scan of tensors, as it is in the surroundings of a vmap. */
export type Scan = (
  step: (carry: Tensor[], xs: Tensor[]) => readonly [carry: Tensor[], ys: Tensor[]],
  carry: Tensor[],
  xs: Tensor[],
) => readonly [carry: Tensor[], ys: Tensor[]];

export function scanAsOne(
  fn: (carry: never, x: never) => readonly unknown[],
  first: Flat,
  rows: Flat,
  count: number,
  reverse: boolean,
  outer: Scan,
): [carry: unknown, ys: unknown] {
  let of: tree.Structure | undefined;
  const body = (state: Tensor[], row: Tensor[]) => {
    const carried = tree.unflatten(first.structure, state);
    const x = tree.unflatten(rows.structure, row);
    const [carry, y] = oneStep(() => fn(carried as never, x as never), first);
    of = y.structure;
    return { carry: carry.tensors, ys: y.tensors };
  };
  const level = activeLevel();
  const { carry, ys } =
    level === undefined
      ? graphScan(body, first.tensors, rows.tensors, count, reverse)
      : scanOfExamples(level, body, first.tensors, rows.tensors, outer);
  return [tree.unflatten(first.structure, carry), tree.unflatten(of as tree.Structure, ys)];
}

/** What a step of a scan gives, checked against the carry before. */
export function oneStep(run: () => readonly unknown[], before: Flat): [carry: Flat, y: Flat] {
  const result = inTransform('lax.scan', run);
  if (!Array.isArray(result) || result.length !== 2) {
    const got = Array.isArray(result) ? `an array of ${result.length}` : typeof result;
    throw new TypeError(`lax.scan: the function returns [carry, y], got ${got}.`);
  }
  const carry = flattenTensors('lax.scan: the carry that the function returned', result[0]);
  checkAlike('lax.scan', 'the carry before', before, 'the carry that the function returned', carry);
  return [carry, flattenTensors('lax.scan: the y that the function returned', result[1])];
}

/** lax.foriLoop as other loops: with known bounds a scan, which has a gradient. */
export function foriAsOne(
  lower: number | Tensor,
  upper: number | Tensor,
  next: (i: Tensor, state: Tensor[]) => Tensor[],
  first: readonly Tensor[],
  loops: {
    steps(count: number, step: (state: Tensor[]) => Tensor[], state: Tensor[]): Tensor[];
    until(goesOn: (state: Tensor[]) => Tensor, step: (state: Tensor[]) => Tensor[], state: Tensor[]): Tensor[];
  },
): Tensor[] {
  const integer = (bound: number | Tensor) => (typeof bound === 'number' ? scalar(bound, 'int32') : bound);
  const step = ([i, ...state]: Tensor[]) => [(i as Tensor).add(scalar(1, 'int32')), ...next(i as Tensor, state)];
  const begin = [integer(lower), ...first];
  if (typeof lower === 'number' && typeof upper === 'number') {
    return upper <= lower ? [...first] : loops.steps(upper - lower, step, begin).slice(1);
  }
  const end = integer(upper);
  return loops.until(([i]) => (i as Tensor).less(end), step, begin).slice(1);
}

export function inTransform<R>(name: string, fn: () => R): R {
  return transforms.with({ name, repeats: true }, fn);
}
