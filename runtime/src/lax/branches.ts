/** Branches whose choice may be a tensor (jax.lax). Outside of jit the choice is read; for shapes alone all branches run. */
import { scalar, Tensor } from '#tfjs';
import { ABSTRACT_BACKEND } from '../bindings/abstract';
import { NATIVE_BACKEND } from '../bindings/backend';
import { activeBackend, transforms } from '../bindings/stack';
import { isMapped } from '../transforms/crossing';
import { graphCond, isTraced } from '../transforms/jit/controlFlow';
import { activeLevel } from '../transforms/levels';
import type { Literal } from '../transforms/literals';
import * as tree from '../tree';
import { checkAlike, type Flat, flattenTensors } from './carry';
import { chosen } from './examples';
import { asBool, booleanOf, integerOf } from './scalars';

/**
 * `trueFn(...operands)` or `falseFn(...operands)` (jax.lax.cond), as `predicate`, a bool scalar, says. Where shapes alone
 * are worked out both run, and TypeError says so if their results differ in structure, shapes or dtypes.
 */
export function cond<A extends readonly unknown[], R extends Literal>(
  predicate: Tensor | boolean,
  trueFn: (...operands: A) => R,
  falseFn: (...operands: A) => R,
  ...operands: A
): R {
  if (predicate instanceof Tensor && isDeferred(predicate))
    return condOfTensors('lax.cond', predicate, trueFn, falseFn, operands);
  const chosen = booleanOf('lax.cond: the predicate', predicate);
  return branch('lax.cond', [falseFn, trueFn], chosen ? 1 : 0, operands);
}

/**
 * One of several functions of the same operands (jax.lax.switch), by an i32 scalar or a number; an index outside of the
 * list takes the first or the last.
 */
export function switch_<A extends readonly unknown[], R extends Literal>(
  index: Tensor | number,
  branches: readonly ((...operands: A) => R)[],
  ...operands: A
): R {
  if (branches.length === 0) throw new TypeError('lax.switch: there are no branches.');
  if (index instanceof Tensor && isDeferred(index)) return switchOfTensors(index, branches, operands);
  const place = Math.min(Math.max(integerOf('lax.switch: the index', index), 0), branches.length - 1);
  return branch('lax.switch', branches, place, operands);
}

/** Whether the choice is not known yet, or not the same for all. */
function isDeferred(choice: Tensor): boolean {
  const level = activeLevel();
  if (level === undefined) return isTraced();
  return level.baseName !== NATIVE_BACKEND || isMapped(level, choice);
}

/** Both branches are recorded; gradients run the one that is chosen again. */
function condOfTensors<A extends readonly unknown[], R>(
  name: string,
  predicate: Tensor,
  trueFn: (...operands: A) => R,
  falseFn: (...operands: A) => R,
  operands: A,
): R {
  let form: Flat | undefined;
  const run = (fn: (...operands: A) => R) => () => {
    const made = flattenTensors(
      `${name}: what a branch returned`,
      transforms.with({ name, repeats: false }, () => fn(...operands)),
    );
    if (form === undefined) form = made;
    else checkAlike(name, 'what one branch returned', form, 'what another branch returned', made);
    return made.tensors;
  };
  const test = asBool(predicate, `${name}: the predicate`);
  // Examples choose for themselves: both branches run for all of them.
  const outputs =
    activeLevel() === undefined
      ? graphCond(test, run(trueFn), run(falseFn))
      : chosen(test, run(trueFn)(), run(falseFn)());
  return tree.unflatten((form as unknown as Flat).structure, outputs) as R;
}

/** One after the other: is it the first, is it the second? */
function switchOfTensors<A extends readonly unknown[], R>(
  index: Tensor,
  branches: readonly ((...operands: A) => R)[],
  operands: A,
): R {
  const [first, ...others] = branches as [(...operands: A) => R, ...((...operands: A) => R)[]];
  if (others.length === 0) return first(...operands);
  const rest = (...given: A) => switchOfTensors(index.sub(scalar(1, 'int32')), others, given);
  return condOfTensors('lax.switch', index.lessEqual(scalar(0, 'int32')), first, rest, operands);
}

function branch<A extends readonly unknown[], R>(
  name: string,
  branches: readonly ((...operands: A) => R)[],
  chosen: number,
  operands: A,
): R {
  const run = (fn: (...operands: A) => R) => transforms.with({ name, repeats: false }, () => fn(...operands));
  if (activeBackend() !== ABSTRACT_BACKEND) return run(branches[chosen] as (...operands: A) => R);
  const [first, ...others] = branches.map((fn) => flattenTensors(`${name}: what a branch returned`, run(fn)));
  if (first === undefined) throw new TypeError(`${name}: there are no branches.`);
  for (const other of others) {
    checkAlike(name, 'what one branch returned', first, 'what another branch returned', other);
  }
  return tree.unflatten(first.structure, first.tensors) as R;
}
