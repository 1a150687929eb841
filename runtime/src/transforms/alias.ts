import { clone, engine, type NamedTensorMap, type Tensor } from '#tfjs';
import { programs } from '../bindings/stack';

/** Another tensor over the same data, of which nobody knows. */
export function aliasOf(x: Tensor): Tensor {
  const owner = engine().state.tensorInfo.get(x.dataId)?.backend;
  if (owner === undefined) throw new Error('A disposed tensor was used.');
  owner.incRef(x.dataId);
  return engine().makeTensorFromTensorInfo(x, owner);
}

/** The same values as a constant, on every tape. */
export function untaped(x: Tensor): Tensor {
  return noted(x, aliasOf(x), untaped);
}

/** An alias that the caller puts on the tape; in programs it is a copy. */
export function linked(x: Tensor, alias = aliasOf(x)): Tensor {
  return noted(x, alias, clone);
}

function noted(x: Tensor, alias: Tensor, again: (x: Tensor) => Tensor): Tensor {
  programs.top?.note({ x } as NamedTensorMap, [alias], (inputs) => again(inputs.x as Tensor));
  return alias;
}
