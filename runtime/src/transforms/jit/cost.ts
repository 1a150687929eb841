/** What a recorded function costs. */
import { type Aval, sizeOf } from '../../bindings/aval';
import type { NodeDef } from '../../bindings/graph/graphDef';
import type { Trace } from '../../bindings/graph/trace';

export interface Cost {
  /** Floating-point operations; a multiplication and an addition are two. */
  readonly flops: number;
  /** Bytes that are read and written if each op reads its inputs and writes its outputs. */
  readonly bytesAccessed: number;
}

const BYTES: Readonly<Record<number, number>> = { 1: 4, 3: 4, 8: 8, 9: 8, 10: 1 };
const bytesOf = ({ shape, dtype }: Aval) => sizeOf(shape) * (BYTES[dtype] ?? 0);

/** Ops that move values and compute none. */
const MOVES =
  /^(Placeholder|Const|Identity|Reshape|ExpandDims|Transpose|Slice|StridedSlice|Concat|Pack|Unpack|Split|Tile|Broadcast|Gather|Scatter|Pad|Mirror|Reverse|Cast|Fill|ZerosLike|OnesLike|Range)/;

export function costOf(trace: Trace, nodes: readonly NodeDef[]): Cost {
  let flops = 0;
  let bytesAccessed = 0;
  for (const { name, op, input } of nodes) {
    if (op === 'Placeholder' || op === 'Const') continue;
    const inputs = input.map((output) => avalOf(trace, output));
    const outputs = trace.outputsOf(name);
    flops += flopsOf(op, inputs, outputs);
    bytesAccessed += [...inputs, ...outputs].reduce((sum, aval) => sum + bytesOf(aval), 0);
  }
  return { flops, bytesAccessed };
}

function avalOf(trace: Trace, output: string): Aval {
  const [node = '', index = '0'] = output.split(':');
  return trace.outputsOf(node)[Number(index)] ?? { shape: [0], dtype: 0 };
}

function flopsOf(op: string, inputs: readonly Aval[], [output]: readonly Aval[]): number {
  if (output === undefined || MOVES.test(op)) return 0;
  const size = sizeOf(output.shape);
  const [a, b, c] = inputs as [Aval, Aval, Aval];
  if (/MatMul/.test(op)) {
    // All pairs of rows and columns, over what both have: rows * inner * columns is the root of the product of three.
    const batch = sizeOf(output.shape.slice(0, -2));
    const inner = sizeOf(a.shape.slice(-2)) / (output.shape.at(-2) || 1);
    return 2 * batch * sizeOf(output.shape.slice(-2)) * inner;
  }
  if (op === 'Einsum') return 2 * Math.sqrt(inputs.reduce((all, aval) => all * sizeOf(aval.shape), size));
  if (/BackpropFilter/.test(op)) return convolutionFlops(output.shape, c.shape);
  if (/BackpropInput/.test(op)) return convolutionFlops(b.shape, c.shape);
  if (/^Conv|^Depthwise/.test(op)) return convolutionFlops(b.shape, output.shape);
  const reads = /^(Sum|Mean|Max|Min|Prod|Arg|All|Any|MaxPool|AvgPool|Cum)/.test(op) ? sizeOf(a.shape) : size;
  return reads;
}

/** Each output of one channel takes a window of all input channels. */
function convolutionFlops(filter: readonly number[], output: readonly number[]): number {
  return (2 * sizeOf(filter) * sizeOf(output)) / (output.at(-1) || 1);
}
