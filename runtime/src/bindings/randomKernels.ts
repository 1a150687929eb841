/**
 * The primitives of `random` as kernels, so that every binding sees them as ops: the native one runs them on the host
 * (native/random.cc), the abstract one applies their shape rules. Registered before other backends copy the kernels.
 */
import { engine, type NamedTensorMap, op, registerKernel, type Tensor, type TensorInfo } from '#tfjs';
import { NATIVE_BACKEND } from './backend';
import { type OpAttr, TF_CONSTANTS as TF } from './binding';

interface Primitive {
  readonly inputs: readonly string[];
  /** The TF_ATTR_ type of each attribute. */
  readonly attrs: Readonly<Record<string, number>>;
}

const SHAPED = { shape: TF.TF_ATTR_SHAPE, partitionable: TF.TF_ATTR_BOOL };
const REAL = { ...SHAPED, dtype: TF.TF_ATTR_STRING };

const PRIMITIVES = {
  /** The hash itself: `key`, `count` int32[..., 2] → int32[..., 2]. */
  DistaffThreefry2x32: { inputs: ['key', 'count'], attrs: {} },
  DistaffRandomSplit: { inputs: ['key'], attrs: SHAPED },
  DistaffRandomBits: { inputs: ['key'], attrs: { ...SHAPED, width: TF.TF_ATTR_INT } },
  /** `unsigned` bounds and values are uint32; `whole` says that maxval stands for one more than it can hold. */
  DistaffRandomInteger: {
    inputs: ['key', 'minval', 'maxval'],
    attrs: { ...SHAPED, unsigned: TF.TF_ATTR_BOOL, whole: TF.TF_ATTR_BOOL },
  },
  /** Each element's flat position in an array of `shape` that was shuffled along `axis`. */
  DistaffRandomShuffle: { inputs: ['key'], attrs: { ...SHAPED, axis: TF.TF_ATTR_INT } },
  /** Uniform in [0, 1). */
  DistaffRandomUnit: { inputs: ['key'], attrs: REAL },
  DistaffRandomUniform: { inputs: ['key', 'minval', 'maxval'], attrs: REAL },
  DistaffRandomTruncatedNormal: { inputs: ['key', 'lower', 'upper'], attrs: REAL },
  DistaffRandomNormal: { inputs: ['key'], attrs: REAL },
  DistaffRandomGumbel: { inputs: ['key'], attrs: REAL },
  DistaffRandomExponential: { inputs: ['key'], attrs: REAL },
  DistaffRandomLaplace: { inputs: ['key'], attrs: REAL },
  DistaffRandomLogistic: { inputs: ['key'], attrs: REAL },
  DistaffRandomCauchy: { inputs: ['key'], attrs: REAL },
  /** Gamma values, or their logarithms. */
  DistaffRandomGamma: { inputs: ['key', 'a'], attrs: { ...SHAPED, log_space: TF.TF_ATTR_BOOL } },
  DistaffRandomPoisson: { inputs: ['key', 'rate'], attrs: SHAPED },
  /** TensorFlow's own: how gamma values move with their parameter. */
  RandomGammaGrad: { inputs: ['alpha', 'sample'], attrs: { T: TF.TF_ATTR_TYPE } },
} satisfies Record<string, Primitive>;

export type RandomPrimitive = keyof typeof PRIMITIVES;
type AttrValue = string | number | boolean | number[];

/** Runs one of random's primitives on the active backend. */
export const runPrimitive = op({
  random_: (name: RandomPrimitive, inputs: Record<string, Tensor>, attrs: Record<string, AttrValue> = {}): Tensor =>
    engine().runKernel(name, inputs as NamedTensorMap, attrs) as Tensor,
});

/** The part of tfjs-node's backend that kernels call. */
interface OpBackend {
  executeSingleOutput(op: string, attrs: OpAttr[], inputs: TensorInfo[]): TensorInfo;
}

for (const [kernelName, primitive] of Object.entries<Primitive>(PRIMITIVES)) {
  registerKernel({
    kernelName,
    backendName: NATIVE_BACKEND,
    kernelFunc: ({ inputs, attrs = {}, backend }) => {
      const opAttrs = Object.entries(primitive.attrs).map(([name, type]) => ({ name, type, value: attrs[name] }));
      const operands = primitive.inputs.map((name) => inputs[name] as TensorInfo);
      return (backend as OpBackend).executeSingleOutput(kernelName, opAttrs, operands);
    },
  });
}
