/** Loops whose steps are functions (jax.lax): outside of jit they run step by step, for shapes alone they run once. */
import { expandDims, gather, scalar, stack, type Tensor, unstack, zeros } from '#tfjs';
import { ABSTRACT_BACKEND } from '../bindings/abstract';
import { activeBackend, withBackend } from '../bindings/stack';
import { graphWhile } from '../transforms/jit/controlFlow';
import { activeLevel } from '../transforms/levels';
import type { Literal } from '../transforms/literals';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';
import { checkAlike, type Flat, flattenTensors } from './carry';
import { whileOfExamples } from './examples';
import { asBool, booleanOf, integerOf } from './scalars';
import { foriAsOne, inTransform, loopsAreOne, oneStep, type Scan, scanAsOne } from './tensorLoops';

export interface ScanOptions {
  /** The number of steps; needed where `xs` has no tensors. */
  readonly length?: number;
  /** Begins with the last row. Default false. */
  readonly reverse?: boolean;
}

/**
 * Carries a value over the rows of `xs` (jax.lax.scan): `fn(carry, x)` returns [carry, y] for each row x; gives the last
 * carry and all ys, stacked. `xs` is a pytree of tensors with one first axis, or null with `length`. Throws TypeError if
 * the carry changes its structure, shapes or dtypes. State and nn.makeRng's keys do not pass into it: carry them.
 */
export function scan<C extends Literal, X, Y extends Literal>(
  fn: (carry: C, x: X) => readonly [carry: C, y: Y],
  init: C,
  xs: X,
  { length, reverse = false }: ScanOptions = {},
): [carry: C, ys: Y] {
  const rows = flattenTensors('lax.scan: xs', xs);
  const count = stepsOf(rows, length);
  let carry = flattenTensors('lax.scan: the first carry', init);
  const step = (x: readonly Tensor[]): Flat => {
    const value = tree.unflatten(carry.structure, carry.tensors) as C;
    const [next, y] = oneStep(() => fn(value, tree.unflatten(rows.structure, x) as X), carry);
    carry = next;
    return y;
  };
  if (count === 0) return [tree.unflatten(carry.structure, carry.tensors) as C, withoutSteps(step, rows) as Y];
  if (loopsAreOne()) {
    const outer: Scan = (body, state, columns) => scan(body, state, columns, { length: count, reverse });
    return scanAsOne(fn, carry, rows, count, reverse, outer) as [C, Y];
  }
  const ys = stepsForShapes() ? repeated(step(rowsAt(rows, 0)), count) : stepped(step, rows, count, reverse);
  return [tree.unflatten(carry.structure, carry.tensors) as C, ys as Y];
}

/** Whether one step stands for all: shapes are worked out. */
const stepsForShapes = () => activeBackend() === ABSTRACT_BACKEND;

function stepsOf({ tensors }: Flat, length: number | undefined): number {
  const [first] = tensors;
  const odd = tensors.find(({ rank, shape }) => rank === 0 || shape[0] !== (length ?? first?.shape[0]));
  if (odd !== undefined) {
    const expected = length === undefined ? `as many rows as ${formatTensor(first as Tensor)}` : `${length} rows`;
    throw new TypeError(`lax.scan: every tensor of xs must have ${expected}, got ${formatTensor(odd)}.`);
  }
  const count = length ?? first?.shape[0];
  if (count !== undefined && Number.isInteger(count) && count >= 0) return count;
  throw new TypeError(
    length === undefined
      ? 'lax.scan: xs has no tensors; say how many steps to take: { length: 10 }.'
      : `lax.scan: the length is a whole number, got ${length}.`,
  );
}

const rowsAt = ({ tensors }: Flat, index: number) => tensors.map((all) => gather(all, scalar(index, 'int32')));

function stepped(step: (x: readonly Tensor[]) => Flat, rows: Flat, count: number, reverse: boolean): unknown {
  const all: Flat[] = [];
  // The gradient of taking all rows at once stacks theirs; that of taking one fills a whole array.
  const columns = rows.tensors.map((tensor) => unstack(tensor));
  for (let i = 0; i < count; i++) {
    const at = reverse ? count - 1 - i : i;
    const y = step(columns.map((column) => column[at] as Tensor));
    if (all[0] !== undefined) checkAlike('lax.scan', 'the y of the first step', all[0], 'the y of a later step', y);
    all.push(y);
  }
  if (reverse) all.reverse();
  const first = all[0] as Flat;
  const stacked = first.tensors.map((_, k) => stack(all.map(({ tensors }) => tensors[k] as Tensor)));
  return tree.unflatten(first.structure, stacked);
}

/** What no steps give: the shapes of ys follow from a step that computes nothing. */
function withoutSteps(step: (x: readonly Tensor[]) => Flat, rows: Flat): unknown {
  const row = () => rows.tensors.map(({ shape, dtype }) => zeros(shape.slice(1), dtype));
  const { tensors, structure } = withBackend(ABSTRACT_BACKEND, () => step(row()));
  return tree.unflatten(
    structure,
    tensors.map(({ shape, dtype }) => zeros([0, ...shape], dtype)),
  );
}

function repeated({ tensors, structure }: Flat, count: number): unknown {
  const all = tensors.map((y) => {
    const row = expandDims(y, 0);
    return row.tile([count, ...y.shape.map(() => 1)]);
  });
  return tree.unflatten(structure, all);
}

/** `fn` of each row of `xs`, stacked (jax.lax.map). */
export function map<X, Y extends Literal>(fn: (x: X) => Y, xs: X): Y {
  return scan((carry: null, x: X) => [carry, fn(x)], null, xs)[1];
}

/**
 * `value = body(i, value)` for each i from `lower` up to `upper`, which is left out (jax.lax.fori_loop); i is an i32 scalar,
 * and so may be the bounds, which are read outside of jit.
 * Throws TypeError if the value changes its structure, shapes or dtypes.
 */
export function foriLoop<T extends Literal>(
  lower: number | Tensor,
  upper: number | Tensor,
  body: (i: Tensor, value: T) => T,
  init: T,
): T {
  let value = flattenTensors('lax.foriLoop: the first value', init);
  if (loopsAreOne()) {
    const next = (i: Tensor, tensors: Tensor[]) =>
      nextOf('lax.foriLoop', { ...value, tensors }, (before: T) => body(i, before)).tensors;
    const outputs = foriAsOne(lower, upper, next, value.tensors, {
      steps: (count, step, state) => scan((c: Tensor[]) => [step(c), null], state, null, { length: count })[0],
      until: (goesOn, step, state) => whileLoop(goesOn, step, state),
    });
    return tree.unflatten(value.structure, outputs) as T;
  }
  const isAbstract = activeBackend() === ABSTRACT_BACKEND;
  const [first, end] = [lower, upper].map((bound) => integerOf('lax.foriLoop: a bound', bound)) as [number, number];
  const last = isAbstract ? first + 1 : end;
  for (let i = first; i < last; i++) {
    value = nextOf('lax.foriLoop', value, (before: T) => body(scalar(i, 'int32'), before));
  }
  return tree.unflatten(value.structure, value.tensors) as T;
}

/**
 * `value = body(value)` while `condition(value)`, a bool scalar, is true (jax.lax.while_loop). Outside of jit the condition
 * is read after each step. Throws TypeError if the value changes its structure, shapes or dtypes.
 */
export function whileLoop<T extends Literal>(
  condition: (value: T) => Tensor | boolean,
  body: (value: T) => T,
  init: T,
): T {
  let value = flattenTensors('lax.whileLoop: the first value', init);
  if (loopsAreOne()) {
    const goesOn = (state: Tensor[]) =>
      asBool(inTransform('lax.whileLoop', () => condition(tree.unflatten(value.structure, state) as T)));
    const step = (tensors: Tensor[]) => nextOf('lax.whileLoop', { ...value, tensors }, body).tensors;
    const level = activeLevel();
    const outputs =
      level === undefined
        ? graphWhile(goesOn, step, value.tensors)
        : whileOfExamples(level, goesOn, step, value.tensors, (test, next, state) => whileLoop(test, next, state));
    return tree.unflatten(value.structure, outputs) as T;
  }
  const test = () => {
    const current = tree.unflatten(value.structure, value.tensors) as T;
    return inTransform('lax.whileLoop', () => condition(current));
  };
  if (activeBackend() === ABSTRACT_BACKEND) {
    booleanOf('lax.whileLoop: the condition', test());
    value = nextOf('lax.whileLoop', value, body);
  } else {
    while (booleanOf('lax.whileLoop: the condition', test())) value = nextOf('lax.whileLoop', value, body);
  }
  return tree.unflatten(value.structure, value.tensors) as T;
}

function nextOf<T>(caller: string, value: Flat, body: (before: T) => T): Flat {
  const made = inTransform(caller, () => body(tree.unflatten(value.structure, value.tensors) as T));
  const next = flattenTensors(`${caller}: what the body returned`, made);
  checkAlike(caller, 'the value before', value, 'what the body returned', next);
  return next;
}
