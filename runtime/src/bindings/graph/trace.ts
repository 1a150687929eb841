import type { Aval } from '../aval';
import { type OpAttr, TF_CONSTANTS, type Values } from '../binding';
import { inferShapes } from '../rules/index';
import { attrValues, hostOpAttrs } from './attributes';
import { constantAttrs, encodeGraph, type NodeDef, shapeProto } from './graphDef';

/** A tensor of a trace: an output of one of its nodes. */
export interface GraphTensor extends Aval {
  readonly trace: Trace;
  /** As nodes name it among their inputs: `MatMul_3` or `Split_1:2`. */
  readonly name: string;
}

/** The most elements of a constant whose values stay known: all operands that decide a shape are smaller. */
export const LARGEST_OPERAND = 1024;

/** Records the ops of one function as a graph. */
export class Trace {
  private readonly nodes = new Map<string, NodeDef>();
  private readonly constants = new Map<string, GraphTensor>();
  private count = 0;
  readonly inputs: GraphTensor[] = [];
  /** Which of the inputs stand for what was captured. */
  readonly captured = new Map<object, GraphTensor>();
  /** The functions that nodes call. */
  readonly functions: string[] = [];

  #device: string | undefined;

  /** `isBody`: of a loop or a branch, which TensorFlow runs on one device. */
  constructor(private readonly isBody = false) {}

  /** What `fn` records runs on this device. */
  onDevice<T>(device: string, fn: () => T): T {
    if (this.isBody) return fn();
    const before = this.#device;
    this.#device = device;
    try {
      return fn();
    } finally {
      this.#device = before;
    }
  }

  readonly #outputs = new Map<string, readonly Aval[]>();

  /** The avals of a node's outputs. */
  outputsOf(node: string): readonly Aval[] {
    return this.#outputs.get(node) ?? [];
  }

  /** Another input of the function. */
  input(shape: readonly number[], dtype: number): GraphTensor {
    const node = this.add('Placeholder', [], { dtype: { type: dtype }, shape: { shape: shapeProto(shape) } });
    const tensor = { trace: this, name: node.name, shape, dtype };
    this.#outputs.set(node.name, [tensor]);
    this.inputs.push(tensor);
    return tensor;
  }

  /** An input for something from outside of the function: the same one each time it is asked for. */
  capture<T extends object>(source: T, { shape, dtype }: Aval): GraphTensor {
    let tensor = this.captured.get(source);
    if (tensor === undefined) {
      tensor = this.input(shape, dtype);
      this.captured.set(source, tensor);
    }
    return tensor;
  }

  /** A constant; equal small ones are one node. */
  constant(shape: readonly number[], dtype: number, values: Values): GraphTensor {
    const small = values.length <= LARGEST_OPERAND;
    const key = small ? `${this.#device ?? ''} ${dtype}[${shape}]${values}` : '';
    const known = this.constants.get(key);
    // -0 and 0 print alike.
    if (
      known !== undefined &&
      Array.from((known.values ?? []) as ArrayLike<unknown>).every((value, i) => Object.is(value, values[i]))
    )
      return known;
    const { name } = this.add('Const', [], constantAttrs(shape, dtype, values));
    const tensor: GraphTensor = { trace: this, name, shape, dtype, ...(small && { values: values.slice() as Values }) };
    this.#outputs.set(name, [tensor]);
    if (small) this.constants.set(key, tensor);
    return tensor;
  }

  /** The outputs of one more op. */
  op(op: string, attrs: readonly OpAttr[], inputs: readonly GraphTensor[]): GraphTensor[] {
    const outputs = inferShapes(op, inputs, attrs);
    const isHostOp = op.startsWith('Distaff');
    const dtypes = (avals: readonly Aval[]) => avals.map(({ dtype }) => dtype);
    const { name } = this.add(
      isHostOp ? 'DistaffHost' : op,
      inputs.map((input) => input.name),
      isHostOp ? hostOpAttrs(op, attrs, dtypes(inputs), dtypes(outputs)) : attrValues(op, completed(op, attrs, inputs)),
    );
    this.#outputs.set(name, outputs);
    return outputs.map((aval, i) => ({ ...aval, trace: this, name: i === 0 ? name : `${name}:${i}` }));
  }

  /** One more node, whose outputs are known. */
  node(op: string, inputs: readonly GraphTensor[], attr: NodeDef['attr'], outputs: readonly Aval[]): GraphTensor[] {
    const { name } = this.add(
      op,
      inputs.map((input) => input.name),
      attr,
    );
    this.#outputs.set(name, outputs);
    return outputs.map((aval, i) => ({ ...aval, trace: this, name: i === 0 ? name : `${name}:${i}` }));
  }

  /** The graph of what `outputs` need, with the names of its inputs and outputs. */
  graph(outputs: readonly GraphTensor[]): {
    graphDef: Uint8Array;
    inputs: string[];
    outputs: string[];
    nodes: NodeDef[];
  } {
    // A function's output may not be its input, nor another output.
    const named = outputs.map((output) => this.add('Identity', [output.name], { T: { type: output.dtype } }).name);
    const nodes = this.needed(outputs, named);
    return { graphDef: encodeGraph(nodes), inputs: this.inputs.map(({ name }) => name), outputs: named, nodes };
  }

  /** The nodes that lead to the outputs, in the order in which they were recorded. */
  needed(outputs: readonly GraphTensor[], more: readonly string[] = []): NodeDef[] {
    const needed = new Set<string>();
    const queue = [...outputs.map(({ name }) => nodeOf(name)), ...more, ...this.inputs.map(({ name }) => name)];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (needed.has(name)) continue;
      needed.add(name);
      for (const input of this.nodes.get(name)?.input ?? []) queue.push(nodeOf(input));
    }
    return [...this.nodes.values()].filter(({ name }) => needed.has(name));
  }

  private add(op: string, input: readonly string[], attr: NodeDef['attr']): NodeDef {
    const device = this.#device;
    const node = { name: `${op}_${this.count++}`, op, input, attr, ...(device !== undefined && { device }) };
    this.nodes.set(node.name, node);
    return node;
  }
}

/**
 * Kernels of tfjs-node's that leave a dtype for TensorFlow to find (ExpandDims), or give that of a tensor that they cast
 * before (Mean). For single ops it finds the right one.
 */
const T_OF_INPUT: ReadonlySet<string> = new Set(['ExpandDims', 'Mean']);

function completed(op: string, attrs: readonly OpAttr[], [input]: readonly GraphTensor[]): readonly OpAttr[] {
  if (!T_OF_INPUT.has(op)) return attrs;
  const others = attrs.filter(({ name }) => name !== 'T');
  return [...others, { name: 'T', type: TF_CONSTANTS.TF_ATTR_TYPE, value: input?.dtype }];
}

function nodeOf(output: string): string {
  const colon = output.indexOf(':');
  return colon < 0 ? output : output.slice(0, colon);
}
