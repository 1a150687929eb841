/**
 * TensorFlow ops that tfjs-node has no kernels for, each as a kernel of the op's own name. Registered before other
 * backends copy the kernels.
 */
import { engine, type NamedTensorMap, op, registerKernel, type Tensor, type TensorInfo } from '#tfjs';
import { type BindingBackend, NATIVE_BACKEND } from './backend';
import { type OpAttr, TF_CONSTANTS as TF } from './binding';

interface TensorFlowOp {
  /** In TensorFlow's order. The first one's dtype is the op's `T`. */
  readonly inputs: readonly string[];
  readonly outputs?: number;
  /** The TF_ATTR_ type of attributes that callers give. */
  readonly attrs?: Readonly<Record<string, number>>;
  /** Attributes that are the same in every call. */
  readonly fixed?: readonly OpAttr[];
  /** The TensorFlow op, where the kernel has another name. */
  readonly op?: string;
}

const unary: TensorFlowOp = { inputs: ['x'] };
const binary: TensorFlowOp = { inputs: ['x', 'y'] };
const flag = (name: string, value: boolean): OpAttr => ({ name, type: TF.TF_ATTR_BOOL, value });
const indices = (name: string): OpAttr => ({ name, type: TF.TF_ATTR_TYPE, value: TF.TF_INT32 });
const segments: TensorFlowOp = {
  inputs: ['x', 'segmentIds', 'numSegments'],
  fixed: [indices('Tindices'), indices('Tnumsegments')],
};

const OPS = {
  Bitcast: { inputs: ['x'], attrs: { type: TF.TF_ATTR_TYPE } },
  BesselI0e: unary,
  BesselI1e: unary,
  Digamma: unary,
  Erfc: unary,
  Erfinv: unary,
  Invert: unary,
  Lgamma: unary,
  Rint: unary,

  BitwiseAnd: binary,
  BitwiseOr: binary,
  BitwiseXor: binary,
  Igamma: binary,
  IgammaGradA: binary,
  Igammac: binary,
  LeftShift: binary,
  NextAfter: binary,
  Polygamma: binary,
  RightShift: binary,
  TruncateDiv: binary,
  TruncateMod: binary,
  Betainc: { inputs: ['a', 'b', 'x'] },

  Cholesky: unary,
  Eig: { inputs: ['x'], outputs: 2, fixed: [flag('compute_v', true), { ...indices('Tout'), value: TF.TF_COMPLEX64 }] },
  LogMatrixDeterminant: { inputs: ['x'], outputs: 2 },
  MatrixDeterminant: unary,
  MatrixInverse: unary,
  MatrixSolve: { inputs: ['a', 'b'], attrs: { adjoint: TF.TF_ATTR_BOOL } },
  MatrixTriangularSolve: { inputs: ['a', 'b'], attrs: { lower: TF.TF_ATTR_BOOL, adjoint: TF.TF_ATTR_BOOL } },
  SelfAdjointEigV2: { inputs: ['x'], outputs: 2, fixed: [flag('compute_v', true)] },
  Svd: { inputs: ['x'], outputs: 3, fixed: [flag('compute_uv', true)], attrs: { full_matrices: TF.TF_ATTR_BOOL } },
  /** Q and R with all columns of Q; 'Qr' has the first min(m, n). */
  FullQr: { op: 'Qr', inputs: ['x'], outputs: 2, fixed: [flag('full_matrices', true)] },

  /** A part of `size` from a start that is known only when it runs. */
  DynamicSlice: { op: 'Slice', inputs: ['x', 'begin', 'size'], fixed: [indices('Index')] },
  /** `x` with `value` at `begin`; `end` is where it ends. */
  DynamicUpdateSlice: {
    op: 'TensorStridedSliceUpdate',
    inputs: ['x', 'begin', 'end', 'strides', 'value'],
    fixed: [indices('Index')],
  },
  UnsortedSegmentMax: segments,
  UnsortedSegmentMin: segments,
  UnsortedSegmentProd: segments,
} satisfies Record<string, TensorFlowOp>;

export type TensorFlowOpName = keyof typeof OPS;
type AttrValue = string | number | boolean;

/** The kernels' names and the TensorFlow ops they run. */
export const tensorFlowOps: ReadonlyMap<string, string> = new Map(
  Object.entries<TensorFlowOp>(OPS).map(([name, { op = name }]) => [name, op]),
);

/** Runs an op with one output on the active backend. */
export const runOp = op({
  runOp_: (name: TensorFlowOpName, inputs: Record<string, Tensor>, attrs: Record<string, AttrValue> = {}): Tensor =>
    engine().runKernel(name, inputs as NamedTensorMap, attrs) as Tensor,
});

/** Runs an op with several outputs on the active backend. */
export const runOps = op({
  runOps_: (name: TensorFlowOpName, inputs: Record<string, Tensor>, attrs: Record<string, AttrValue> = {}): Tensor[] =>
    engine().runKernel(name, inputs as NamedTensorMap, attrs) as Tensor[],
});

/** The part of tfjs-node's backend that kernels call. */
interface OpBackend extends BindingBackend {
  executeMultipleOutputs(op: string, attrs: OpAttr[], inputs: TensorInfo[], outputs: number): TensorInfo[];
}

for (const [kernelName, described] of Object.entries<TensorFlowOp>(OPS)) {
  const { op: opName = kernelName, inputs: names, outputs = 1, attrs: types = {}, fixed = [] } = described;
  registerKernel({
    kernelName,
    backendName: NATIVE_BACKEND,
    kernelFunc: ({ inputs, attrs = {}, backend }) => {
      const ops = backend as unknown as OpBackend;
      const operands = names.map((name) => inputs[name] as TensorInfo);
      const T = ops.getDTypeInteger((operands[0] as TensorInfo).dtype);
      const given = Object.entries(types).map(([name, type]) => ({ name, type, value: attrs[name] }));
      const all = [{ name: 'T', type: TF.TF_ATTR_TYPE, value: T }, ...fixed, ...given];
      const results = ops.executeMultipleOutputs(opName, all, operands, outputs);
      return outputs === 1 ? (results[0] as TensorInfo) : results;
    },
  });
}
