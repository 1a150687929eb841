import { engine, Tensor } from '#tfjs';
import { ABSTRACT_BACKEND, abstractBinding } from '../bindings/abstract';
import type { BindingBackend } from '../bindings/backend';
import { withBackend } from '../bindings/stack';
import * as tree from '../tree';
import { ShapeDtypeStruct } from './shapeDtypeStruct';
import { toStructs } from './specs';

/**
 * The shapes and dtypes that `fn` would return, without computing anything (jax.eval_shape). `specs` are pytrees of
 * shapes, strings such as 'i32[8, 128]', ShapeDtypeStructs or tensors. Tensors that do not depend on them come back as
 * they are. Throws ConcretizationError if `fn` reads a value.
 */
export function evalShape(fn: (...args: never[]) => unknown, ...specs: unknown[]): unknown {
  return withAbstract(specs, (inputs) => (fn as (...args: unknown[]) => unknown)(...inputs));
}

/** Runs `fn` on abstract tensors of the specs and returns its output with structs for the abstract tensors in it. */
export function withAbstract<R>(specs: readonly unknown[], fn: (inputs: unknown[]) => R): R {
  const structs = specs.map((spec, i) => toStructs(spec, `input ${i}`));
  return withBackend(ABSTRACT_BACKEND, () => {
    const inputs = structs.map((struct) => tree.map((leaf) => abstractTensor(leaf as ShapeDtypeStruct), struct));
    return tree.map(
      (leaf: unknown) => (isAbstract(leaf) ? new ShapeDtypeStruct(leaf.shape, leaf.dtype) : leaf),
      fn(inputs),
    ) as R;
  });
}

/** A tensor with a shape and a dtype and no values. The abstract backend must be active. */
export function abstractTensor({
  shape,
  dtype,
}: {
  shape: readonly number[];
  dtype: ShapeDtypeStruct['dtype'];
}): Tensor {
  const backend = engine().backend as unknown as BindingBackend;
  const tfDtype = backend.getDTypeInteger(dtype);
  const id = abstractBinding.createTensor(shape, tfDtype, new Float32Array(0));
  return backend.createOutputTensor({ id, shape: [...shape], dtype: tfDtype });
}

export function isAbstract(value: unknown): value is Tensor {
  if (!(value instanceof Tensor)) return false;
  const owner = engine().state.tensorInfo.get(value.dataId)?.backend as unknown as BindingBackend | undefined;
  return owner?.binding === abstractBinding;
}
