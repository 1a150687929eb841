/** A function as the kernels that it ran, to run them again on other tensors: JAX's jaxpr, by watching one run. */
import { engine, keep, type NamedTensorMap, type Tensor } from '#tfjs';
import { programs } from '../bindings/stack';
import { aliasOf } from './alias';
import { samePlace } from './levels';

type Run = (inputs: NamedTensorMap) => Tensor | Tensor[];

interface Instruction {
  readonly run: Run;
  readonly inputs: NamedTensorMap;
  readonly outputs: readonly Tensor[];
}

interface KernelCall {
  kernelName?: string;
  inputs: NamedTensorMap;
  attrs?: object;
}

interface Engine {
  runKernelFunc(call: KernelCall): Tensor | Tensor[];
  customGrad(fn: unknown): (...inputs: Tensor[]) => Tensor;
  clone(x: Tensor): Tensor;
  readonly state: { kernelDepth: number; gradientDepth: number; activeTape: unknown };
}

const kernels = engine() as unknown as Engine;

/** The engine's own, beneath every watcher. */
const unwatched: Pick<Engine, 'runKernelFunc' | 'customGrad' | 'clone'> = Object.getPrototypeOf(kernels);

/** What a function is seen to run. */
export class ProgramBuilder {
  readonly #instructions: Instruction[] = [];
  readonly #made = new Set<number>();
  /** Copies: those tensors that ops make for themselves are disposed of when the op ends. */
  readonly #constants = new Map<number, Tensor>();
  #paused = 0;

  constructor(
    inputs: readonly Tensor[],
    /** Whether the program is to be run again; else only what it uses is of interest. */
    private readonly runsAgain: boolean,
  ) {
    for (const { id } of inputs) this.#made.add(id);
  }

  /** Whether a loop or a branch has to be an instruction that can run again. */
  get takesLoops(): boolean {
    return this.runsAgain && this.#paused === 0;
  }

  /** Runs something that is one instruction of the program, whatever it does inside. */
  call(inputs: NamedTensorMap, run: (inputs: NamedTensorMap) => Tensor[]): Tensor[] {
    this.#paused++;
    let outputs: Tensor[];
    try {
      outputs = run(inputs);
    } finally {
      this.#paused--;
    }
    this.note(inputs, outputs, run);
    return outputs;
  }

  /** Notes what has run. */
  note(inputs: NamedTensorMap, outputs: readonly Tensor[], run: Run): void {
    if (this.#paused > 0) return;
    this.#instructions.push({ run, inputs, outputs });
    for (const input of Object.values(inputs)) {
      if (!input || this.#made.has(input.id) || this.#constants.has(input.id)) continue;
      this.#constants.set(input.id, keep(aliasOf(input)));
    }
    for (const { id } of outputs) this.#made.add(id);
  }

  /** What was not made here: what was used, and what is given back as it is. */
  outside(outputs: readonly Tensor[]): Tensor[] {
    const used = this.#instructions.flatMap(({ inputs }) => Object.values(inputs)).filter(Boolean);
    const found = new Map([...used, ...outputs].map((tensor) => [tensor.id, tensor]));
    return [...found.values()].filter(({ id }) => !this.#made.has(id));
  }

  /** The program that computes the outputs. */
  build(inputs: readonly Tensor[], outputs: readonly Tensor[]): Program {
    const wanted = new Set(outputs.map(({ id }) => id));
    const needed: Instruction[] = [];
    const constants = new Map<Tensor, Tensor>();
    // What the function gives back as it is.
    for (const output of outputs) if (!this.#made.has(output.id)) constants.set(output, keep(aliasOf(output)));
    // tfjs saves a copy of an output before the kernel that made it has ended.
    const inOrder = [...this.#instructions].sort((a, b) => firstId(a) - firstId(b));
    for (const instruction of inOrder.reverse()) {
      if (!instruction.outputs.some(({ id }) => wanted.has(id))) continue;
      needed.push(instruction);
      for (const input of Object.values(instruction.inputs)) {
        if (!input) continue;
        wanted.add(input.id);
        const constant = this.#constants.get(input.id);
        if (constant !== undefined && !this.#made.has(input.id)) constants.set(input, constant);
      }
    }
    const ids = (tensors: Iterable<Tensor>) => Array.from(tensors, ({ id }) => id);
    const steps = needed.reverse().map((instruction) => ({
      run: instruction.run,
      inputs: Object.entries(instruction.inputs).map(([name, input]) => [name, input?.id] as const),
      list: Array.isArray(instruction.inputs),
      outputs: ids(instruction.outputs),
    }));
    return new Program(steps, ids(inputs), ids(outputs), constants);
  }
}

interface ProgramStep {
  readonly run: Run;
  readonly inputs: readonly (readonly [name: string, id: number | undefined])[];
  /** Some kernels take an array. */
  readonly list: boolean;
  readonly outputs: readonly number[];
}

const firstId = ({ outputs }: Instruction) => outputs[0]?.id ?? 0;

export class Program {
  constructor(
    private readonly steps: readonly ProgramStep[],
    private readonly inputs: readonly number[],
    private readonly outputs: readonly number[],
    /** What the function closes over, and copies of it. */
    readonly constants: ReadonlyMap<Tensor, Tensor>,
  ) {}

  /** Runs the kernels again; the constants may be given anew, in their order. */
  run(inputs: readonly Tensor[], constants: readonly Tensor[] = [...this.constants.values()]): Tensor[] {
    const values = new Map<number, Tensor>();
    this.inputs.forEach((id, i) => {
      values.set(id, inputs[i] as Tensor);
    });
    [...this.constants.keys()].forEach(({ id }, i) => {
      values.set(id, constants[i] as Tensor);
    });
    for (const { run, inputs: wanted, list, outputs } of this.steps) {
      const given = wanted.map(([name, id]) => [name, id === undefined ? undefined : values.get(id)] as const);
      const named = list ? given.map(([, value]) => value) : Object.fromEntries(given);
      const results = listOf(run(named as unknown as NamedTensorMap));
      outputs.forEach((id, i) => {
        values.set(id, results[i] as Tensor);
      });
    }
    return this.outputs.map((id) => values.get(id) as Tensor);
  }
}

/** Runs `fn`, off the tape, and watches: nothing that it computes on the way stays alive. */
export function watch<R>(
  inputs: readonly Tensor[],
  fn: () => R,
  { runsAgain = true }: { runsAgain?: boolean } = {},
): { output: R; builder: ProgramBuilder } {
  const builder = new ProgramBuilder(inputs, runsAgain);
  const { state, runKernelFunc, customGrad, clone } = kernels;
  const { gradientDepth, activeTape } = state;
  Object.assign(state, { gradientDepth: 0, activeTape: null });
  kernels.runKernelFunc = (call) => {
    const made = unwatched.runKernelFunc.call(kernels, call);
    if (call.kernelName !== undefined && state.kernelDepth === 0) builder.note(call.inputs, listOf(made), again(call));
    return made;
  };
  kernels.customGrad = (rule) => {
    const apply = unwatched.customGrad.call(kernels, rule);
    return (...given) => {
      const made = apply(...given);
      builder.note({ ...given } as unknown as NamedTensorMap, [made], (named) => apply(...Object.values(named)));
      return made;
    };
  };
  kernels.clone = (x) => {
    const saved = unwatched.clone.call(kernels, x);
    builder.note({ x } as NamedTensorMap, [saved], again({ kernelName: 'Identity' }));
    return saved;
  };
  try {
    return { output: programs.with(builder, fn), builder };
  } finally {
    Object.assign(state, { gradientDepth, activeTape });
    Object.assign(kernels, { runKernelFunc, customGrad, clone });
  }
}

/** Holds nothing of the first run. */
function again({ kernelName, attrs }: Pick<KernelCall, 'kernelName' | 'attrs'>): Run {
  const here = samePlace();
  return (inputs) => here(() => kernels.runKernelFunc({ kernelName, attrs, inputs } as KernelCall));
}

const listOf = (made: Tensor | Tensor[]) => (Array.isArray(made) ? made : [made]);
