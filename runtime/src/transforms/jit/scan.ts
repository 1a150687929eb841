/** lax.scan inside jit: a loop that is recorded once and has a gradient. */
import { type NamedTensorMap, Tensor, zeros } from '#tfjs';
import type { Aval } from '../../bindings/aval';
import { TF_CONSTANTS as TF } from '../../bindings/binding';
import { ofTrace } from '../../bindings/graph/graphBinding';
import type { GraphTensor, Trace } from '../../bindings/graph/trace';
import { programs, traces } from '../../bindings/stack';
import { entering, leaving } from '../crossing';
import { inSurroundings, levelsOf } from '../levels';
import { isRecording, isSmooth, record, recordStep } from '../tape';
import { define } from './compile';
import {
  avalOf,
  callAgain,
  capturedFloats,
  capturedSources,
  INT,
  inner,
  int,
  programOf,
  toGraph,
  toTensors,
  type,
  whileNode,
} from './controlFlow';
import { minus, reserve, rowOf, setItem, stack } from './lists';

/** One step: from the carry and a row of each of `xs` to the next carry and a row of each of the `ys`. */
export type ScanBody = (carry: Tensor[], xs: Tensor[]) => { carry: Tensor[]; ys: Tensor[] };

export interface ScanResult {
  readonly carry: Tensor[];
  /** Stacked along a new first axis. */
  readonly ys: Tensor[];
}

/** Carries a state over the rows of `xs` (lax.scan). */
export function graphScan(
  body: ScanBody,
  carry: readonly Tensor[],
  xs: readonly Tensor[],
  length: number,
  reverse: boolean,
): ScanResult {
  const again = programs.top?.takesLoops ? programs.top : undefined;
  if (again !== undefined) {
    const rows = toGraph(xs).map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }));
    const count = carry.length;
    const step = programOf([...toGraph(carry).map(avalOf), ...rows], (all) => {
      const made = body(all.slice(0, count), all.slice(count));
      return [...made.carry, ...made.ys];
    });
    const outputs = callAgain(again, [...carry, ...xs], [step], (given, [stepping]) => {
      const once: ScanBody = (state, row) => {
        const made = stepping([...state, ...row]);
        return { carry: made.slice(0, count), ys: made.slice(count) };
      };
      const made = graphScan(once, given.slice(0, count), given.slice(count), length, reverse);
      return [...made.carry, ...made.ys];
    });
    return { carry: outputs.slice(0, count), ys: outputs.slice(count) };
  }
  return isRecording() ? scanOnTape(body, carry, xs, length, reverse) : loop(body, carry, xs, length, reverse);
}

function loop(
  body: ScanBody,
  carry: readonly Tensor[],
  xs: readonly Tensor[],
  length: number,
  reverse: boolean,
): ScanResult {
  const outer = traces.top as Trace;
  const rows = toGraph(xs);
  let ys: Aval[] = [];
  // A first recording tells what the outputs are, before the lists for them can be made.
  inner((trace) => {
    const state = toGraph(carry).map(({ shape, dtype }) => trace.input(shape, dtype));
    const row = rows.map(({ shape, dtype }) => trace.input(shape.slice(1), dtype));
    ys = toGraph(body(toTensors(state), toTensors(row)).ys).map(avalOf);
  });
  const lists = ys.map(({ shape, dtype }) => reserve(outer, shape, dtype, length));
  const count = carry.length;
  const outputs = whileNode(
    outer,
    'scan',
    [int(outer, 0), ...toGraph(carry), ...lists],
    ([i], trace) =>
      trace.node('Less', [i as GraphTensor, int(trace, length)], { T: type(TF.TF_INT32) }, [
        { shape: [], dtype: TF.TF_BOOL },
      ])[0] as GraphTensor,
    ([i, ...rest], trace) => {
      const counter = i as GraphTensor;
      const place = reverse ? minus(trace, int(trace, length - 1), counter) : counter;
      const row = rows.map((all) => rowOf(trace, ofTrace(trace, all), place));
      const made = body(toTensors(rest.slice(0, count)), toTensors(row));
      const filled = toGraph(made.ys).map((y, k) => setItem(trace, rest[count + k] as GraphTensor, place, y));
      const [next] = trace.node('AddV2', [counter, int(trace, 1)], { T: type(TF.TF_INT32) }, [INT]);
      return [next as GraphTensor, ...toGraph(made.carry), ...filled];
    },
  );
  const stacked = outputs.slice(1 + count).map((list, k) => stack(outer, list, ys[k] as Aval, length));
  return { carry: toTensors(outputs.slice(1, 1 + count)), ys: toTensors(stacked) };
}

/** The way back through one step, as a function of TensorFlow's. */
interface WayBack {
  readonly name: string;
  /** What it takes behind the cotangents: what was kept of each step, then what is the same in all. */
  readonly kept: readonly GraphTensor[];
  readonly shared: readonly object[];
  readonly outputs: readonly Aval[];
}

/**
 * The loop, with its way back on the tape: each step keeps what its own way back needs, as JAX's does, and a loop in the
 * other direction takes it up again.
 */
function scanOnTape(
  body: ScanBody,
  carry: readonly Tensor[],
  xs: readonly Tensor[],
  length: number,
  reverse: boolean,
): ScanResult {
  const captured = capturedBy(body, carry, xs);
  let back: WayBack | undefined;
  let counts = { carry: 0, ys: 0 };
  const keeping: ScanBody = (state, row) => {
    const made = step(body, state, row, captured);
    back = made.back;
    counts = { carry: made.carry.length, ys: made.ys.length };
    return { carry: made.carry, ys: [...made.ys, ...toTensors(made.back.kept)] };
  };
  const { carry: last, ys: all } = loop(keeping, carry, xs, length, reverse);
  const ys = all.slice(0, counts.ys);
  const kept = all.slice(counts.ys);
  const inputs = [...carry, ...xs, ...captured];
  const named: NamedTensorMap = {};
  inputs.forEach((input, i) => {
    if (isSmooth(input)) named[String(i)] = input;
  });
  const outputs = [...last, ...ys];
  recordStep(
    'scan',
    named,
    outputs,
    (dys) => {
      const cotangents = dys.filter((_, i) => isSmooth(outputs[i] as Tensor));
      const of = { carry: last.filter(isSmooth).length };
      const grads = isRecording()
        ? backAgain(body, carry, xs, captured, length, reverse, dys)
        : backLoop(back as WayBack, cotangents, of.carry, xs.filter(isSmooth).length, captured, kept, length, reverse);
      return Object.fromEntries(Object.keys(named).map((key, i) => [key, () => grads[i] as Tensor]));
    },
    { custom: true },
  );
  return { carry: last, ys };
}

/** The float tensors from outside that a step uses. */
function capturedBy(body: ScanBody, carry: readonly Tensor[], xs: readonly Tensor[]): Tensor[] {
  return inner((trace) => {
    const state = toTensors(toGraph(carry).map(({ shape, dtype }) => trace.input(shape, dtype)));
    const row = toTensors(toGraph(xs).map(({ shape, dtype }) => trace.input(shape.slice(1), dtype)));
    return capturedFloats(trace, [...state, ...row], () => {
      const made = body(state, row);
      return [...made.carry, ...made.ys];
    });
  }).result;
}

/** What is captured may be an example of a vmap around the loop: its cotangents add up for each example, in rows. */
function ofAllExamples(captured: Tensor, cotangent: Tensor): Tensor {
  return levelsOf(captured).reduce((inner, level) => leaving(level, inner), cotangent);
}

function noneYet(captured: Tensor): Tensor {
  return zeros([
    ...levelsOf(captured)
      .map(({ size }) => size)
      .reverse(),
    ...captured.shape,
  ]);
}

function ofOneExample(captured: Tensor, sum: Tensor): Tensor {
  return levelsOf(captured).reduceRight((outer, level) => inSurroundings(level, () => entering(level, outer)), sum);
}

/** Runs one step on a tape; the pullback takes cotangents of the float outputs. */
function recorded(body: ScanBody, state: readonly Tensor[], row: readonly Tensor[], captured: readonly Tensor[]) {
  const aliases = [...state, ...row].map((tensor) => tensor.clone());
  const { output, pullback } = record(
    'scan',
    () => body(aliases.slice(0, state.length), aliases.slice(state.length)),
    [...aliases.filter(isSmooth), ...captured],
    (made) => [...made.carry, ...made.ys],
  );
  const outputs = [...output.carry, ...output.ys];
  return {
    ...output,
    floats: outputs.filter(isSmooth),
    pullback: (cotangents: readonly Tensor[]) => {
      let next = 0;
      const grads = pullback(outputs.map((tensor) => (isSmooth(tensor) ? cotangents[next++] : undefined)));
      const own = grads.length - captured.length;
      return grads.map((grad, i) => (i < own ? grad : ofAllExamples(captured[i - own] as Tensor, grad)));
    },
  };
}

/** One step with its way back. */
function step(body: ScanBody, state: Tensor[], row: Tensor[], captured: readonly Tensor[]) {
  const here = traces.top as Trace;
  const { carry, ys, floats, pullback } = recorded(body, state, row, captured);
  const { trace, result } = inner((own) => {
    const given = toGraph(floats).map(({ shape, dtype }) => own.input(shape, dtype));
    return toGraph(pullback(toTensors(given)));
  });
  const sources = [...trace.captured.keys()];
  const isKept = (source: object) => !(source instanceof Tensor) && (source as GraphTensor).trace === here;
  const kept = sources.filter(isKept) as GraphTensor[];
  const shared = sources.filter((source) => !isKept(source));
  const place = new Map([...kept, ...shared].map((source, i) => [trace.captured.get(source), i] as const));
  trace.inputs.sort((a, b) => (place.get(a) ?? -1) - (place.get(b) ?? -1));
  const { unique } = define('scan_back', trace, result);
  here.functions.push(...trace.functions, unique);
  const back: WayBack = { name: unique, kept, shared, outputs: result.map(avalOf) };
  return { carry, ys, back };
}

/** The loop in the other direction: cotangents of the carry, of the rows, and sums of those of what is captured. */
function backLoop(
  back: WayBack,
  cotangents: readonly Tensor[],
  ofCarry: number,
  ofXs: number,
  captured: readonly Tensor[],
  kept: readonly Tensor[],
  length: number,
  reverse: boolean,
): Tensor[] {
  const rows = [...cotangents.slice(ofCarry), ...kept];
  const gradsOf = (dCarry: Tensor[], row: Tensor[]) => {
    const here = traces.top as Trace;
    const given = [...toGraph([...dCarry, ...row]), ...capturedSources(here, back.shared)];
    const attr = {
      Tin: { list: { type: given.map(({ dtype }) => dtype) } },
      Tout: { list: { type: back.outputs.map(({ dtype }) => dtype) } },
      f: { func: { name: back.name } },
    };
    return toTensors(here.node('PartitionedCall', given, attr, back.outputs));
  };
  const run = (step: ScanBody, start: Tensor[]) => loop(step, start, rows, length, !reverse);
  return backwards(run, gradsOf, cotangents.slice(0, ofCarry), ofXs, captured);
}

/**
 * Runs a loop of ways back. `gradsOf` gives a step's cotangents: of the carry, which goes on to the next step, of the row,
 * and of what is captured, which add up.
 */
function backwards(
  run: (step: ScanBody, start: Tensor[]) => ScanResult,
  gradsOf: (dCarry: Tensor[], row: Tensor[]) => readonly Tensor[],
  ofLast: readonly Tensor[],
  ofXs: number,
  captured: readonly Tensor[],
): Tensor[] {
  const ofCarry = ofLast.length;
  const step: ScanBody = (state, row) => {
    const grads = gradsOf(state.slice(0, ofCarry), row);
    const sums = captured.map((_, i) => (state[ofCarry + i] as Tensor).add(grads[ofCarry + ofXs + i] as Tensor));
    return { carry: [...grads.slice(0, ofCarry), ...sums], ys: grads.slice(ofCarry, ofCarry + ofXs) };
  };
  const taken = run(step, [...ofLast, ...captured.map(noneYet)]);
  const sums = taken.carry.slice(ofCarry).map((sum, i) => ofOneExample(captured[i] as Tensor, sum));
  return [...taken.carry.slice(0, ofCarry), ...taken.ys, ...sums];
}

/** The same from the inputs alone, where it has to have a gradient itself. */
function backAgain(
  body: ScanBody,
  carry: readonly Tensor[],
  xs: readonly Tensor[],
  captured: readonly Tensor[],
  length: number,
  reverse: boolean,
  dys: readonly Tensor[],
): Tensor[] {
  const before = graphScan((state, row) => ({ carry: body(state, row).carry, ys: state }), carry, xs, length, reverse);
  const n = carry.length;
  const ofLast = dys.slice(0, n).filter((_, i) => isSmooth(carry[i] as Tensor));
  const ofYs = dys.slice(n).filter(isSmooth);
  const gradsOf = (dCarry: Tensor[], row: Tensor[]) => {
    const [dRow, then] = [row.slice(0, ofYs.length), row.slice(ofYs.length)];
    return recorded(body, then.slice(0, n), then.slice(n), captured).pullback([...dCarry, ...dRow]);
  };
  const rows = [...ofYs, ...before.ys, ...xs];
  const run = (step: ScanBody, start: Tensor[]) => graphScan(step, start, rows, length, !reverse);
  return backwards(run, gradsOf, ofLast, xs.filter(isSmooth).length, captured);
}
