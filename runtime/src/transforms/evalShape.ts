import { engine, Tensor } from '#tfjs';
import { ABSTRACT_BACKEND, abstractBinding } from '../bindings/abstract';
import type { BindingBackend } from '../bindings/backend';
import { withBackend } from '../bindings/stack';
import * as tree from '../tree';
import { type AsStructs, ShapeDtypeStruct, type Spec } from './shapeDtypeStruct';
import { toStructs } from './specs';
import { checkSynchronous } from './synchronous';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

/**
 * The shapes and dtypes that `fn` would return, without computing anything (jax.eval_shape): its output with a
 * ShapeDtypeStruct for each tensor. `specs` are pytrees of shapes, strings such as 'i32[8, 128]', ShapeDtypeStructs or
 * tensors; a Model is one. Throws ConcretizationError if `fn` reads a value.
 */
export function evalShape<A extends Any[], R>(
  fn: (...args: A) => R,
  ...specs: { [I in keyof A]: Spec<A[I]> }
): AsStructs<R> {
  return withAbstract(specs, (inputs) => fn(...(inputs as A))) as AsStructs<R>;
}

/** Runs `fn` on abstract tensors of the specs and returns its output with structs for the tensors in it. */
export function withAbstract(specs: readonly unknown[], fn: (inputs: unknown[]) => unknown): unknown {
  const structs = specs.map((spec, i) => toStructs(spec, `input ${i}`));
  return withBackend(ABSTRACT_BACKEND, () => {
    const output = fn(structs.map((struct) => tree.map((leaf) => abstractTensor(leaf as ShapeDtypeStruct), struct)));
    checkSynchronous(output, 'A function whose shapes are worked out');
    return tree.map(
      (leaf: unknown) => (leaf instanceof Tensor ? new ShapeDtypeStruct(leaf.shape, leaf.dtype) : leaf),
      output,
    );
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
