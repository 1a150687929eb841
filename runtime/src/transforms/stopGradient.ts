import { engine, Tensor } from '#tfjs';
import * as tree from '../tree';

/** The same values as constants: gradients do not flow through them (jax.lax.stop_gradient). Takes any pytree. */
export function stopGradient<T>(x: T): T {
  return tree.map((leaf: unknown) => (leaf instanceof Tensor ? untaped(leaf) : leaf), x) as T;
}

/** Another tensor over the same data, which no tape knows to depend on anything. */
function untaped(x: Tensor): Tensor {
  const owner = engine().state.tensorInfo.get(x.dataId)?.backend;
  if (owner === undefined) throw new Error('A disposed tensor was used.');
  owner.incRef(x.dataId);
  return engine().makeTensorFromTensorInfo(x, owner);
}
