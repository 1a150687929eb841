/** Branches whose choice may be a tensor (jax.lax). Outside of jit the choice is read; for shapes alone all branches run. */

import type { Tensor } from '#tfjs';
import { ABSTRACT_BACKEND } from '../bindings/abstract';
import { activeBackend, transforms } from '../bindings/stack';
import type { Literal } from '../transforms/literals';
import * as tree from '../tree';
import { checkAlike, flattenTensors } from './carry';
import { booleanOf, integerOf } from './scalars';

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
  const place = Math.min(Math.max(integerOf('lax.switch: the index', index), 0), branches.length - 1);
  return branch('lax.switch', branches, place, operands);
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
