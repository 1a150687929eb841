/** Records what runs, and how long, while somebody profiles. */
import { engine, Tensor } from '#tfjs';
import { formatAval } from '../bindings/aval';
import { NATIVE_BACKEND } from '../bindings/backend';
import type { Binding, TensorId, TensorMetadata } from '../bindings/binding';
import { intercept } from '../bindings/native';
import { moduleFrames, observers, type Profiler, profilers } from '../bindings/stack';
import { userFrame } from '../bindings/userFrame';
import type { ModuleObserver } from '../inspect/observer';
import type { ModuleFrame } from '../nn/frame';
import type { ModuleSpec } from '../nn/spec';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';

/** One thing that ran. Events lie one inside the other or apart. */
export interface ProfileEvent {
  /**
   * 'op' is one of TensorFlow's, 'module' a module call, 'transfer' values that come or go. Of a function that jit made,
   * 'record' is its recording, 'compile' its first run with a compiler, and 'jit' each later run.
   */
  readonly kind: 'op' | 'module' | 'transfer' | 'record' | 'compile' | 'jit';
  /** Of TensorFlow's op, the module's class or the function. */
  readonly name: string;
  /** Milliseconds since the profile began, without the time that recording took. */
  readonly begin: number;
  /** Milliseconds. */
  readonly duration: number;
  /** The path of the module that it ran in. */
  readonly module?: string;
  /** The user's line, `file:line:column`. */
  readonly line?: string;
  /** What it took, as `f32[8, 128]`; what is not known is missing. */
  readonly inputs?: readonly string[];
  /** What it gave, as `f32[8, 128]`. */
  readonly outputs?: readonly string[];
  /** It ran while jit recorded a function: its time is not that of running it. */
  readonly recorded?: true;
  /** What compiled the function: 'xla' or 'graph'. */
  readonly compiler?: string;
  /** Floating-point operations of one run of a compiled function, as jit.costAnalysis counts them. */
  readonly flops?: number;
  /** Bytes that one run of a compiled function reads and writes, as jit.costAnalysis counts them. */
  readonly bytesAccessed?: number;
}

/** tfjs alone puts more than Node's ten lines between an op and its caller. */
const STACK_LINES = 100;

function callerLine(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = STACK_LINES;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return userFrame(stack);
}

interface Open {
  readonly name: string;
  readonly begin: number;
  readonly line: string | undefined;
  readonly module: string;
  readonly args: readonly unknown[];
}

type Place = Pick<ProfileEvent, 'module' | 'line' | 'recorded'>;

interface IdsOfTensors {
  getInputTensorIds(tensors: readonly Tensor[]): TensorId[];
}

export class Recorder implements Profiler, ModuleObserver {
  readonly events: ProfileEvent[] = [];
  readonly #start = performance.now();
  /** Milliseconds that recording took. */
  #own = 0;
  readonly #modules = new Map<ModuleFrame, Open>();
  readonly #avals = new WeakMap<TensorId, string>();
  /** Who was told of module calls before; both are told now. */
  readonly #outer: ModuleObserver | undefined = observers.top;
  readonly #undo: (() => void)[];
  /** Compiled functions that are running: their execution is theirs, not an op of its own. */
  #compiled = 0;
  /** Functions that are being recorded. */
  #recording = 0;

  /** Begins at once. Throws where the native addon is not set up. */
  constructor() {
    const backend = engine().findBackend(NATIVE_BACKEND) as unknown as IdsOfTensors;
    this.#undo = [
      intercept((own) => this.#timed(own)),
      this.#seeInputs(backend),
      observers.hold(this),
      profilers.hold(this),
    ];
  }

  /** Milliseconds since the beginning, without those that recording took. */
  now(): number {
    return performance.now() - this.#start - this.#own;
  }

  /** Does what only recording needs. */
  #aside<R>(fn: () => R): R {
    const begin = performance.now();
    try {
      return fn();
    } finally {
      this.#own += performance.now() - begin;
    }
  }

  stop(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  span<R>(kind: 'record' | 'compile' | 'jit', name: string, details: object, fn: () => R): R {
    const place = this.#place();
    const isRun = kind !== 'record';
    if (isRun) this.#compiled++;
    else this.#recording++;
    const begin = this.now();
    try {
      return fn();
    } finally {
      const duration = this.now() - begin;
      if (isRun) this.#compiled--;
      else this.#recording--;
      this.#aside(() => this.events.push({ kind, name, begin, duration, ...place, ...details }));
    }
  }

  enter(frame: ModuleFrame, module: ModuleSpec, method: string, args: readonly unknown[]): void {
    this.#outer?.enter(frame, module, method, args);
    const name = method === 'apply' ? module.className : `${module.className}.${method}`;
    const line = this.#aside(callerLine);
    this.#modules.set(frame, { name, line, module: frame.path, args, begin: this.now() });
  }

  exit(frame: ModuleFrame, output: unknown): void {
    this.#leave(frame, output);
    this.#outer?.exit(frame, output);
  }

  fail(frame: ModuleFrame): void {
    this.#leave(frame, undefined);
    this.#outer?.fail(frame);
  }

  param(frame: ModuleFrame, name: string, value: unknown, initializer: unknown): void {
    this.#outer?.param(frame, name, value, initializer);
  }

  #leave(frame: ModuleFrame, output: unknown): void {
    const open = this.#modules.get(frame);
    if (open === undefined) return;
    this.#modules.delete(frame);
    const { name, begin, line, module, args } = open;
    const duration = this.now() - begin;
    const at = { ...(line === undefined ? {} : { line }), ...this.#recorded() };
    this.#aside(() => {
      const [inputs, outputs] = [args.flatMap(avalsIn), avalsIn(output)];
      this.events.push({ kind: 'module', name, begin, duration, module, ...at, inputs, outputs });
    });
  }

  #recorded(): { recorded?: true } {
    return this.#recording > 0 ? { recorded: true } : {};
  }

  #place(): Place {
    return this.#aside(() => {
      const frame = moduleFrames.top;
      const line = callerLine();
      const module = frame === undefined ? {} : { module: frame.path };
      return { ...module, ...(line === undefined ? {} : { line }), ...this.#recorded() };
    });
  }

  /** The binding's functions, each call an event. */
  #timed(own: Readonly<Binding>): Partial<Binding> {
    return {
      executeOp: (name, attrs, inputs, numOutputs) => {
        if (this.#compiled > 0) return this.#named(own.executeOp(name, attrs, inputs, numOutputs));
        const run = () => own.executeOp(name, attrs, inputs, numOutputs);
        return this.#event('op', name, run, (outputs) => ({
          inputs: this.#avalsOf(inputs),
          outputs: this.#named(outputs).map(formatAval),
        }));
      },
      createTensor: (shape, dtype, values) => {
        const run = () => own.createTensor(shape, dtype, values);
        return this.#event('transfer', 'createTensor', run, (id) => {
          const aval = formatAval({ shape, dtype });
          this.#avals.set(id, aval);
          return { outputs: [aval] };
        });
      },
      tensorDataSync: (id) => {
        const run = () => own.tensorDataSync(id);
        return this.#event('transfer', 'readTensor', run, () => ({ inputs: this.#avalsOf([id]) }));
      },
    };
  }

  /** Times `run`; what tells of it is found before and after. */
  #event<R>(kind: ProfileEvent['kind'], name: string, run: () => R, details: (result: R) => Partial<ProfileEvent>): R {
    const place = this.#place();
    const begin = this.now();
    const result = run();
    const duration = this.now() - begin;
    this.#aside(() => this.events.push({ kind, name, begin, duration, ...place, ...details(result) }));
    return result;
  }

  #avalsOf(ids: readonly TensorId[]): string[] {
    return ids.flatMap((id) => this.#avals.get(id) ?? []);
  }

  #named(outputs: TensorMetadata[]): TensorMetadata[] {
    for (const output of outputs) this.#avals.set(output.id, formatAval(output));
    return outputs;
  }

  /** Tensors from before the profile have shapes too: kernels turn them into ids through this method. */
  #seeInputs(backend: IdsOfTensors): () => void {
    const own = backend.getInputTensorIds;
    backend.getInputTensorIds = (tensors) => {
      const ids = own.call(backend, tensors);
      ids.forEach((id, i) => {
        if (!this.#avals.has(id)) this.#avals.set(id, formatTensor(tensors[i] as Tensor));
      });
      return ids;
    };
    // The method is the class's.
    return () => Reflect.deleteProperty(backend, 'getInputTensorIds');
  }
}

/** The avals of a tree's tensors; none of what is no tree. */
function avalsIn(value: unknown): string[] {
  try {
    return tree.leaves(value).flatMap((leaf) => (leaf instanceof Tensor ? [formatTensor(leaf)] : []));
  } catch {
    return [];
  }
}

/** What an event is called among others. */
export function titleOf({ kind, name, module }: ProfileEvent): string {
  if (kind === 'module') return `${module} ${name}`;
  return kind === 'record' || kind === 'compile' ? `${kind} ${name}` : name;
}
