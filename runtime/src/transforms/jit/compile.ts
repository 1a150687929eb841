/** Functions of tensors as TensorFlow functions: recorded once, then run as one op. */
import { engine, type Tensor } from '#tfjs';
import { type BindingBackend, NATIVE_BACKEND } from '../../bindings/backend';
import { type OpAttr, type TensorId, type TensorMetadata, TF_CONSTANTS } from '../../bindings/binding';
import { GRAPH_BACKEND, ofTrace } from '../../bindings/graph/graphBinding';
import type { NodeDef } from '../../bindings/graph/graphDef';
import { type GraphTensor, Trace } from '../../bindings/graph/trace';
import { addFunction, nativeBinding, removeFunction } from '../../bindings/native';
import { type Profiler, profilers, traces, withBackend } from '../../bindings/stack';
import { type Cost, costOf } from './cost';

/** What of tfjs-node's backend takes tensors to the binding's ids and back. */
type Ids = BindingBackend & { getInputTensorIds(tensors: readonly Tensor[]): TensorId[] };
const backend = () => engine().backend as unknown as Ids;

const XLA: readonly OpAttr[] = [{ name: '_XlaMustCompile', type: TF_CONSTANTS.TF_ATTR_BOOL, value: true }];
const GRAPH: readonly OpAttr[] = [];

let count = 0;
const forgotten = new FinalizationRegistry(removeFunction);

/** A recorded function in TensorFlow's context. */
export class Compiled {
  readonly #captured: readonly Tensor[];
  #ranWithXla = false;
  #ranAsGraph = false;

  constructor(
    readonly name: string,
    readonly nodes: readonly NodeDef[],
    private readonly outputCount: number,
    captured: readonly Tensor[],
    inner: readonly string[],
    readonly cost: Cost,
  ) {
    this.#captured = captured;
    for (const own of [name, ...inner]) forgotten.register(this, own);
  }

  /** Runs on the native backend, which is active; with `xla` compiled by XLA. */
  run(inputs: readonly Tensor[], xla: boolean): Tensor[] {
    const native = backend();
    const ids = native.getInputTensorIds(this.#captured.length === 0 ? inputs : [...inputs, ...this.#captured]);
    const profiler = profilers.top;
    const outputs = profiler === undefined ? this.#execute(ids, xla) : this.#profile(profiler, ids, xla);
    return outputs.map((metadata) => native.createOutputTensor(metadata));
  }

  #execute(ids: TensorId[], xla: boolean): TensorMetadata[] {
    const outputs = nativeBinding.executeOp(this.name, xla ? XLA : GRAPH, ids, this.outputCount);
    if (xla) this.#ranWithXla = true;
    else this.#ranAsGraph = true;
    return outputs;
  }

  /** The first run with a compiler compiles. */
  #profile(profiler: Profiler, ids: TensorId[], xla: boolean): TensorMetadata[] {
    const kind = (xla ? this.#ranWithXla : this.#ranAsGraph) ? 'jit' : 'compile';
    const details = { compiler: xla ? 'xla' : 'graph', ...this.cost };
    return profiler.span(kind, this.name.replace(/__\d+$/, ''), details, () => this.#execute(ids, xla));
  }
}

export interface Aval {
  readonly shape: readonly number[];
  readonly dtype: Tensor['dtype'];
}

/** Records what `fn` does with tensors of these avals; `fn` returns the function's outputs. */
export function compile(name: string, inputs: readonly Aval[], fn: (inputs: Tensor[]) => readonly Tensor[]): Compiled {
  const trace = new Trace();
  const outputs = tracing(trace, inputs, fn);
  return finish(name, trace, outputs);
}

/** Records `fn` with `trace` as the one that ops go to; its inputs are new inputs of the trace. */
export function tracing(
  trace: Trace,
  inputs: readonly Aval[],
  fn: (inputs: Tensor[]) => readonly Tensor[],
): GraphTensor[] {
  return withBackend(GRAPH_BACKEND, () =>
    traces.with(trace, () => {
      const graph = backend();
      const tensors = inputs.map(({ shape, dtype }) => {
        const tfDtype = graph.getDTypeInteger(dtype);
        return graph.createOutputTensor({ id: trace.input(shape, tfDtype), shape: [...shape], dtype: tfDtype });
      });
      const outputs = fn(tensors);
      return graph.getInputTensorIds(outputs).map((id) => ofTrace(trace, id as GraphTensor));
    }),
  );
}

/** Gives the recorded function to TensorFlow. What was captured must be outside of every trace. */
export function finish(name: string, trace: Trace, outputs: readonly GraphTensor[]): Compiled {
  const { unique, nodes } = define(name, trace, outputs);
  const captured = [...trace.captured.keys()] as Tensor[];
  return new Compiled(unique, nodes, outputs.length, captured, trace.functions, costOf(trace, nodes));
}

/** Makes what was recorded a function of TensorFlow's, with what was captured as its last inputs. */
export function define(name: string, trace: Trace, outputs: readonly GraphTensor[]) {
  const { graphDef, inputs, outputs: named, nodes } = trace.graph(outputs);
  const unique = `${name.replace(/\W/g, '_') || 'anonymous'}__${count++}`;
  withBackend(NATIVE_BACKEND, () => addFunction(unique, graphDef, inputs, named));
  return { unique, nodes };
}
