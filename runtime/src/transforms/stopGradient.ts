import { Tensor } from '#tfjs';
import * as tree from '../tree';
import { untaped } from './alias';

/** The same values as constants: gradients do not flow through them (jax.lax.stop_gradient). Takes any pytree. */
export function stopGradient<T>(x: T): T {
  return tree.map((leaf: unknown) => (leaf instanceof Tensor ? untaped(leaf) : leaf), x) as T;
}
