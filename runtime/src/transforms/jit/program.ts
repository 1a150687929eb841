/** One recording of a jitted function, for arguments of one signature. */
import type { NamedTensorMap, Tensor } from '#tfjs';
import type { NodeDef } from '../../bindings/graph/graphDef';
import { type GraphTensor, Trace } from '../../bindings/graph/trace';
import { profilers, transforms } from '../../bindings/stack';
import * as tree from '../../tree';
import { outputsOf } from '../arguments';
import { isRecording, isSmooth, record, recordStep } from '../tape';
import { type Compiled, compile, finish, tracing } from './compile';
import { type CompilerChoice, Executor } from './executor';
import { tellingPlaces } from './places';
import { type Arguments, putTogether, type Signature, signatureOf, takeApart } from './signature';

const NO_STATICS: ReadonlySet<number> = new Set();
/** What the gradient makes belongs to the tape of a gradient around it. */
const OWN = { custom: true };
const JIT = { name: 'jit', repeats: true };

/** The function of tensors and, for gradients, its two halves. */
interface Halves {
  /** The outputs, and what the way back needs. */
  readonly forward: Executor;
  /** From what was kept and the cotangents of `floats` to the cotangents of the inputs. */
  readonly backward: Executor;
}

export class Program {
  readonly signature: Signature;
  #output: tree.Structure | undefined;
  #outputs: readonly { shape: readonly number[]; dtype: Tensor['dtype'] }[] = [];
  #plain: Executor | undefined;
  #halves: Halves | undefined;
  #wayBack: Program | undefined;

  constructor(
    private readonly name: string,
    private readonly fn: (...args: never[]) => unknown,
    example: Arguments,
    private readonly staticArgnums: ReadonlySet<number>,
    private readonly choice: CompilerChoice,
  ) {
    this.signature = signatureOf(example);
  }

  /** The ops that were recorded. */
  get nodes(): readonly NodeDef[] {
    return this.#plain?.compiled.nodes ?? [];
  }

  run(tensors: readonly Tensor[]): unknown {
    const outputs = isRecording() ? this.differentiable(tensors) : this.plain().run(tensors);
    return tree.unflatten(this.#output as tree.Structure, outputs);
  }

  private plain(): Executor {
    this.#plain ??= this.profiled(
      () =>
        new Executor(
          compile(this.name, this.signature.tensors, (inputs) => this.call(inputs)),
          this.choice,
        ),
    );
    return this.#plain;
  }

  private profiled<R>(record: () => R): R {
    const profiler = profilers.top;
    return profiler === undefined ? record() : profiler.span('record', this.name, {}, record);
  }

  private call(inputs: readonly Tensor[]): Tensor[] {
    const args = putTogether(this.signature as Arguments, this.staticArgnums, inputs);
    const fn = this.fn as (...args: unknown[]) => unknown;
    const result = tellingPlaces(this.name, () => transforms.with(JIT, () => fn(...args)));
    const { outputs, structure } = outputsOf('jit', result);
    this.#output = structure;
    this.#outputs = outputs.map(({ shape, dtype }) => ({ shape, dtype }));
    return outputs;
  }

  /** Runs the forward half and puts the backward one on the tape. */
  private differentiable(tensors: readonly Tensor[]): Tensor[] {
    this.#halves ??= this.profiled(() => this.split());
    const { forward, backward } = this.#halves;
    const all = forward.run(tensors);
    const outputs = all.slice(0, this.#outputs.length);
    const kept = all.slice(this.#outputs.length);
    const named: NamedTensorMap = {};
    tensors.forEach((input, i) => {
      if (isSmooth(input)) named[String(i)] = input;
    });
    const floats = outputs.flatMap((output, i) => (isSmooth(output) ? [i] : []));
    recordStep(
      this.name,
      named,
      outputs,
      (dys) => {
        const given = floats.map((i) => dys[i] as Tensor);
        const grads = isRecording() ? this.wayBack(tensors, given) : backward.run([...kept, ...given]);
        return Object.fromEntries(Object.keys(named).map((key, i) => [key, () => grads[i] as Tensor]));
      },
      OWN,
    );
    return outputs;
  }

  /** The way back as a function of the inputs, which has a gradient in turn. */
  private wayBack(tensors: readonly Tensor[], cotangents: readonly Tensor[]): Tensor[] {
    const given = [...tensors, ...cotangents];
    this.#wayBack ??= new Program(
      `${this.name}_gradient`,
      (...all: Tensor[]) => {
        const inputs = all.slice(0, tensors.length).map((input) => input.clone());
        return this.recorded(inputs).pullback(all.slice(tensors.length));
      },
      takeApart(given, NO_STATICS),
      NO_STATICS,
      this.choice,
    );
    return this.#wayBack.run(given) as Tensor[];
  }

  /** Runs the function on a tape; `pullback` takes the cotangents of the float outputs. */
  private recorded(inputs: readonly Tensor[]) {
    const { output, pullback } = record(
      'jit',
      () => this.call(inputs),
      inputs.filter(isSmooth),
      (made) => made,
    );
    return {
      output,
      pullback: (cotangents: readonly Tensor[]) => {
        let next = 0;
        return pullback(output.map((tensor) => (isSmooth(tensor) ? cotangents[next++] : undefined)));
      },
    };
  }

  /** Records the function with its way back, and cuts between the two. */
  private split(): Halves {
    const forward = new Trace();
    const backward = new Trace();
    let grads: GraphTensor[] = [];
    const outputs = tracing(forward, this.signature.tensors, (inputs) => {
      const { output, pullback } = this.recorded(inputs);
      grads = tracing(backward, output.filter(isSmooth), pullback);
      return output;
    });
    const isKept = (source: object): source is GraphTensor => 'trace' in source;
    const kept = [...backward.captured].filter(([source]) => isKept(source));
    backward.inputs.sort((a, b) => placeOf(a, kept) - placeOf(b, kept));
    for (const [source] of kept) backward.captured.delete(source);
    const of = (part: string, trace: Trace, results: readonly GraphTensor[]): Compiled =>
      finish(`${this.name}_${part}`, trace, results);
    return {
      forward: new Executor(
        of('forward', forward, [...outputs, ...kept.map(([source]) => source as GraphTensor)]),
        this.choice,
      ),
      backward: new Executor(of('backward', backward, grads), this.choice),
    };
  }
}

/** What was kept comes first, then the cotangents, then what was captured from outside. */
function placeOf(input: GraphTensor, kept: readonly (readonly [object, GraphTensor])[]): number {
  const place = kept.findIndex(([, tensor]) => tensor === input);
  return place < 0 ? kept.length : place;
}
