import { type Tensor, zerosLike } from '#tfjs';
import * as tree from '../tree';
import { kindOf } from './arguments';
import { customVjp } from './custom';
import { vjp } from './vjp';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

export interface CustomJvp<A extends Any[], R> {
  /** Calls the function. */
  (...args: A): R;
  /** Gives the rule: from the arguments and a tangent of each, `[output, tangent of the output]`, linear in the tangents. */
  defjvp(rule: (primals: A, tangents: A) => readonly [R, R]): CustomJvp<A, R>;
}

/**
 * A function whose directional derivative is what you say (jax.custom_jvp): `const f = customJvp((x) => …);
 * f.defjvp(([x], [dx]) => [y, dy])`. The arguments are pytrees of float32 tensors. Gradients come from the rule too.
 */
export function customJvp<A extends Any[], R>(fn: (...args: A) => R): CustomJvp<A, R> {
  let rule: ((primals: A, tangents: A) => readonly [R, R]) | undefined;
  const name = fn.name || 'the function';
  const byRule = (primals: A, tangents: A): readonly [R, R] => {
    const result: unknown = rule?.(primals, tangents);
    if (Array.isArray(result) && result.length === 2) return result as unknown as readonly [R, R];
    throw new TypeError(`customJvp: the rule of ${name} must return [output, tangent], got ${kindOf(result)}.`);
  };
  const zeros = (args: A) => tree.map((leaf: Tensor) => zerosLike(leaf), args) as unknown as A;
  const call = customVjp(Object.defineProperty((...args: A) => fn(...args), 'name', { value: name }));
  call.defvjp(
    (...args) => [byRule(args, zeros(args))[0], args],
    // The rule is linear in the tangents: its transpose is the gradient.
    (args, cotangent) => vjp((...tangents: A) => byRule(args, tangents)[1], ...zeros(args))[1](cotangent),
  );
  const checked = (...args: A): R => {
    if (rule === undefined) throw new Error(`customJvp: ${name} has no rule yet. Give it one with .defjvp(rule).`);
    return call(...args);
  };
  return Object.assign(checked, {
    defjvp(given: (primals: A, tangents: A) => readonly [R, R]) {
      if (typeof given !== 'function') throw new TypeError(`customJvp: ${name}.defjvp takes a function.`);
      rule = given;
      return checked as CustomJvp<A, R>;
    },
  });
}

/**
 * A function that gives its own gradient (jax.custom_gradient): `fn(...args)` returns [output, back], and `back(cotangent)`
 * the cotangents of the arguments, an array of them or the one.
 */
export function customGradient<A extends Any[], R>(
  fn: (...args: A) => readonly [R, (cotangent: R) => unknown],
): (...args: A) => R {
  const call = customVjp(Object.defineProperty((...args: A) => fn(...args)[0], 'name', { value: fn.name }));
  return call.defvjp(
    (...args) => fn(...args),
    (back, cotangent) => {
      const given = back(cotangent);
      return (Array.isArray(given) ? given : [given]) as unknown as A;
    },
  );
}
