/** Loops and branches inside jit: TensorFlow's functional ops over functions that are recorded once. */
import { engine, type NamedTensorMap, Tensor } from '#tfjs';
import type { Aval } from '../../bindings/aval';
import type { BindingBackend } from '../../bindings/backend';
import { type TensorId, TF_CONSTANTS as TF } from '../../bindings/binding';
import { GRAPH_BACKEND, hold, ofTrace } from '../../bindings/graph/graphBinding';
import { type AttrValue, shapeProto } from '../../bindings/graph/graphDef';
import { type GraphTensor, Trace } from '../../bindings/graph/trace';
import { activeBackend, programs, traces, withBackend } from '../../bindings/stack';
import { type Program, type ProgramBuilder, watch } from '../program';
import { isRecording, isSmooth, record, recordStep } from '../tape';
import { define } from './compile';

type Ids = BindingBackend & { getInputTensorIds(tensors: readonly Tensor[]): TensorId[] };
const graph = () => engine().findBackend(GRAPH_BACKEND) as unknown as Ids;

/** Whether ops are being recorded: loops and branches are ops then. */
export const isTraced = (): boolean => activeBackend() === GRAPH_BACKEND;

export const INT = { shape: [], dtype: TF.TF_INT32 } as const;
export const LIST: Aval = { shape: [], dtype: TF.TF_VARIANT };

export function toTensors(tensors: readonly GraphTensor[]): Tensor[] {
  return tensors.map((id) => graph().createOutputTensor({ id, shape: [...id.shape], dtype: id.dtype }));
}

/** The tensors as outputs of the current trace's nodes. */
export function toGraph(tensors: readonly Tensor[]): GraphTensor[] {
  const trace = traces.top as Trace;
  return graph()
    .getInputTensorIds(tensors)
    .map((id) => ofTrace(trace, id as GraphTensor));
}

export const avalOf = ({ shape, dtype }: Aval): Aval => ({ shape, dtype });
export const type = (dtype: number): AttrValue => ({ type: dtype });
const types = (avals: readonly Aval[]): AttrValue => ({ list: { type: avals.map(({ dtype }) => dtype) } });
const shapes = (avals: readonly Aval[]): AttrValue => ({
  list: { shape: avals.map(({ shape }) => shapeProto(shape)) },
});

/** Whether a tensor was made in this trace, or in one that was recorded inside of it. */
function isMadeIn(trace: Trace, { dataId }: Tensor): boolean {
  const { tensorMap } = graph();
  if (!tensorMap.has(dataId)) return false;
  const { trace: own } = tensorMap.get(dataId).id as GraphTensor;
  return own === trace || !traces.all.includes(own);
}

/** Records `fn` in a trace of its own. */
export function inner<R>(fn: (trace: Trace) => R): { trace: Trace; result: R } {
  const trace = new Trace(true);
  return { trace, result: withBackend(GRAPH_BACKEND, () => traces.with(trace, () => fn(trace))) };
}

/** A loop over `variables`; both functions get them and may capture more. */
export function whileNode(
  outer: Trace,
  name: string,
  variables: readonly GraphTensor[],
  condition: (variables: GraphTensor[], trace: Trace) => GraphTensor,
  body: (variables: GraphTensor[], trace: Trace) => readonly GraphTensor[],
): GraphTensor[] {
  const avals = variables.map(avalOf);
  const ofVariables = (trace: Trace) => avals.map(({ shape, dtype }) => trace.input(shape, dtype));
  const test = inner((trace) => condition(ofVariables(trace), trace));
  const step = inner((trace) => body(ofVariables(trace), trace));
  // Both functions take all variables, and what either of them captured.
  const extra = unite(test.trace, step.trace);
  const given = [...variables, ...capturedSources(outer, extra)];
  const all = given.map(avalOf);
  const passed = step.trace.inputs.slice(variables.length);
  const attr: Record<string, AttrValue> = {
    T: types(all),
    output_shapes: shapes(all),
    cond: { func: { name: define(`${name}_condition`, test.trace, [test.result]).unique } },
    body: { func: { name: define(`${name}_body`, step.trace, [...step.result, ...passed]).unique } },
    parallel_iterations: { i: 1 },
  };
  outer.functions.push(
    ...test.trace.functions,
    ...step.trace.functions,
    attr.cond?.func?.name as string,
    attr.body?.func?.name as string,
  );
  return outer.node('StatelessWhile', given, attr, all).slice(0, variables.length);
}

/** Makes two traces capture the same, in one order; gives the sources. */
function unite(a: Trace, b: Trace): object[] {
  const sources = new Set([...a.captured.keys(), ...b.captured.keys()]);
  for (const trace of [a, b]) {
    for (const source of sources) {
      const aval = (a.captured.get(source) ?? b.captured.get(source)) as GraphTensor;
      trace.capture(source, aval);
    }
    const place = new Map([...sources].map((source, i) => [trace.captured.get(source), i] as const));
    trace.inputs.sort((x, y) => (place.get(x) ?? -1) - (place.get(y) ?? -1));
  }
  return [...sources];
}

export function capturedSources(outer: Trace, sources: readonly object[]): GraphTensor[] {
  return sources.map((source) => {
    if (!(source instanceof Tensor)) return ofTrace(outer, source as GraphTensor);
    const { shape, dtype } = source;
    return outer.capture(hold(source.dataId), { shape, dtype: graph().getDTypeInteger(dtype) });
  });
}

export const int = (trace: Trace, value: number) => trace.constant([], TF.TF_INT32, Int32Array.of(value));
export const ints = (trace: Trace, values: readonly number[]) =>
  trace.constant([values.length], TF.TF_INT32, Int32Array.from(values));

/** Loops while the condition holds (lax.whileLoop). */
export function graphWhile(
  condition: (state: Tensor[]) => Tensor,
  body: (state: Tensor[]) => Tensor[],
  state: readonly Tensor[],
): Tensor[] {
  const again = programs.top?.takesLoops ? programs.top : undefined;
  if (again !== undefined) {
    const avals = toGraph(state).map(avalOf);
    const [test, step] = [programOf(avals, (all) => [condition(all)]), programOf(avals, body)];
    return callAgain(again, state, [test, step], (given, [testing, stepping]) =>
      graphWhile((all) => testing(all)[0] as Tensor, stepping, given),
    );
  }
  const outer = traces.top as Trace;
  const outputs = whileNode(
    outer,
    'while',
    toGraph(state),
    (variables) => toGraph([condition(toTensors(variables))])[0] as GraphTensor,
    (variables) => toGraph(body(toTensors(variables))),
  );
  return toTensors(outputs);
}

/** One of two branches (lax.cond). */
export function graphCond(predicate: Tensor, yes: () => Tensor[], no: () => Tensor[]): Tensor[] {
  const again = programs.top?.takesLoops ? programs.top : undefined;
  if (again !== undefined) {
    return callAgain(again, [predicate], [programOf([], yes), programOf([], no)], ([choice], [first, second]) =>
      graphCond(
        choice as Tensor,
        () => first([]),
        () => second([]),
      ),
    );
  }
  if (!isRecording()) return graphIf(predicate, [yes, no]);
  const captured = [...new Set([...floatsUsedBy(yes), ...floatsUsedBy(no)])];
  const outputs = graphIf(predicate, [yes, no]);
  const named = Object.fromEntries(captured.map((tensor, i) => [String(i), tensor])) as NamedTensorMap;
  recordStep(
    'cond',
    named,
    outputs,
    (dys) => {
      const back = (branch: () => Tensor[]) => () => {
        const { pullback } = record('cond', branch, captured, (made) => made);
        return pullback(dys.map((dy, i) => (isSmooth(outputs[i] as Tensor) ? dy : undefined)));
      };
      const grads = graphCond(predicate, back(yes), back(no));
      return Object.fromEntries(captured.map((_, i) => [String(i), () => grads[i] as Tensor]));
    },
    { custom: true },
  );
  return outputs;
}

type TensorFn = (inputs: Tensor[]) => Tensor[];

/** A function of tensors of these avals as a program, which takes what the function captured as well. */
export function programOf(avals: readonly Aval[], fn: TensorFn): Program {
  return inner((trace) => {
    const inputs = toTensors(avals.map(({ shape, dtype }) => trace.input(shape, dtype)));
    const { output, builder } = watch(inputs, () => fn(inputs));
    return builder.build(inputs, output);
  }).result;
}

/** A loop or branch as one instruction of a program that runs again, on other inputs and other captured tensors. */
export function callAgain(
  builder: ProgramBuilder,
  inputs: readonly Tensor[],
  parts: readonly [Program, ...Program[]],
  run: (inputs: Tensor[], parts: [TensorFn, TensorFn]) => Tensor[],
): Tensor[] {
  const sources = [...inputs, ...parts.flatMap(({ constants }) => [...constants.keys()])];
  const named = Object.fromEntries(sources.map((source, i) => [String(i), source])) as NamedTensorMap;
  return builder.call(named, (given) => {
    const tensors = sources.map((_, i) => given[String(i)] as Tensor);
    let next = inputs.length;
    const fns = parts.map((part): TensorFn => {
      const captured = tensors.slice(next, next + part.constants.size);
      next += part.constants.size;
      return (all) => part.run(all, captured);
    });
    return run(tensors.slice(0, inputs.length), fns as [TensorFn, TensorFn]);
  });
}

/** The float tensors from outside that a function uses. */
function floatsUsedBy(fn: () => Tensor[]): Tensor[] {
  return inner((trace) => capturedFloats(trace, [], fn)).result;
}

/** The same of what is recorded in `trace`, with `given` inputs of its. */
export function capturedFloats(trace: Trace, given: readonly Tensor[], fn: () => Tensor[]): Tensor[] {
  const { output, builder } = watch(given, fn, { runsAgain: false });
  return builder.outside(output).filter((tensor) => isSmooth(tensor) && !isMadeIn(trace, tensor));
}

/** A branch without a gradient. */
export function graphIf(predicate: Tensor, branches: readonly [() => Tensor[], () => Tensor[]]): Tensor[] {
  const outer = traces.top as Trace;
  const [yes, no] = branches.map((branch) => inner(() => toGraph(branch()))) as [
    { trace: Trace; result: GraphTensor[] },
    { trace: Trace; result: GraphTensor[] },
  ];
  const given = capturedSources(outer, unite(yes.trace, no.trace));
  const avals = yes.result.map(avalOf);
  const names = [yes, no].map(({ trace, result }, i) => define(i === 0 ? 'then' : 'else', trace, result).unique);
  outer.functions.push(...yes.trace.functions, ...no.trace.functions, ...names);
  const attr: Record<string, AttrValue> = {
    Tcond: type(TF.TF_BOOL),
    Tin: types(given),
    Tout: types(avals),
    output_shapes: shapes(avals),
    then_branch: { func: { name: names[0] as string } },
    else_branch: { func: { name: names[1] as string } },
  };
  return toTensors(outer.node('StatelessIf', [...toGraph([predicate]), ...given], attr, avals));
}
