/** Each kernel call on two examples that are alike, by vmap's machinery. */
import { engine, type Tensor, type TensorInfo } from '#tfjs';
import { type BindingBackend, NATIVE_BACKEND } from '../../../runtime/src/bindings/backend';
import { BATCH_BACKEND } from '../../../runtime/src/bindings/batch/batchBackend';
import { Level } from '../../../runtime/src/bindings/batch/level';
import { TF_CONSTANTS as TF } from '../../../runtime/src/bindings/binding';
import { enter, inExamples, leave } from '../../../runtime/src/transforms/levels';
import { wrapKernels } from './kernels';

export { nativeBinding } from '../../../runtime/src/bindings/native';

const EXAMPLES = 2;

/** tfjs-node's backend. */
type Backend = BindingBackend & {
  executeMultipleOutputs(op: string, attrs: object[], inputs: readonly TensorInfo[], count: number): Tensor[];
  readSync(dataId: object): ArrayLike<number>;
};

export function vmapKernels(): void {
  wrapKernels(({ name, tensors, on }) => {
    // Without inputs there is nothing to map.
    if (tensors.length === 0) return undefined;
    const native = engine().backend as unknown as Backend;
    const made: Tensor[] = [];
    const keep = <T extends Tensor[]>(all: T): T => {
      made.push(...all);
      return all;
    };
    try {
      const stacked = keep(tensors.map((tensor) => twice(native, tensor)));
      const level = new Level(EXAMPLES, native.binding, undefined, native, NATIVE_BACKEND);
      const inputs = stacked.map((tensor) => enter(level, tensor));
      const outputs = inExamples(level, () => on(BATCH_BACKEND, inputs));
      const all = keep([outputs].flat().map((output) => leave(level, output as Tensor)));
      const first = all.map((output) => firstOf(native, name, output));
      return Array.isArray(outputs) ? first : first[0];
    } finally {
      // Outputs may be inputs' data.
      for (const { dataId } of made) native.tensorMap.delete(dataId);
    }
  });
}

const axisAttrs = (native: Backend, { dtype }: TensorInfo, count: string) => [
  { name: 'T', type: TF.TF_ATTR_TYPE, value: native.getDTypeInteger(dtype) },
  { name: count, type: TF.TF_ATTR_INT, value: EXAMPLES },
  { name: 'axis', type: TF.TF_ATTR_INT, value: 0 },
];

function twice(native: Backend, tensor: Tensor): Tensor {
  return native.executeMultipleOutputs('Pack', axisAttrs(native, tensor, 'N'), [tensor, tensor], 1)[0] as Tensor;
}

/** The first example's output, which must be the second's as well. */
function firstOf(native: Backend, name: string, output: Tensor): Tensor {
  const [first, second] = native.executeMultipleOutputs(
    'Unpack',
    axisAttrs(native, output, 'num'),
    [output],
    EXAMPLES,
  ) as [Tensor, Tensor];
  const [a, b] = [first, second].map(({ dataId }) => native.readSync(dataId)) as [ArrayLike<number>, ArrayLike<number>];
  native.disposeData(second.dataId, true);
  for (let i = 0; i < a.length; i++) {
    if (!isSame(a[i] as number, b[i] as number)) throw new Error(`vmap of ${name}: examples differ, ${a[i]} and ${b[i]} at ${i}.`);
  }
  return first;
}

/** TensorFlow computes several elements at once, and the last ones of an array by themselves: their last bits may differ. */
const isSame = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= 4e-7 * Math.abs(a);
