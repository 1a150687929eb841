import { NATIVE_BACKEND } from '../../bindings/backend';
import type { NodeDef } from '../../bindings/graph/graphDef';
import { type GraphTensor, Trace } from '../../bindings/graph/trace';
import { activeBackend, transforms } from '../../bindings/stack';
import { outputsOf } from '../arguments';
import { isAbstract } from '../evalShape';
import { tracing } from './compile';
import { type Cost, costOf } from './cost';
import { donate } from './donation';
import type { CompilerChoice } from './executor';
import { printTrace } from './print';
import { Program } from './program';
import { type Arguments, difference, isSame, putTogether, takeApart } from './signature';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

/** A function that traces instead of computing. */
type Traced<F extends (...args: Any[]) => Any, R> = (...args: Parameters<F>) => R;

export interface JitOptions {
  /**
   * 'xla' compiles with XLA; 'graph' runs TensorFlow's kernels, as one function; 'auto', the default, times both on the
   * first calls and stays with the faster.
   */
  readonly compiler?: CompilerChoice;
  /** Arguments that are no pytrees of tensors: the function is recorded anew for each value. */
  readonly staticArgnums?: number | readonly number[];
  /** Arguments that are not used after the call: their memory is free at once. */
  readonly donateArgnums?: number | readonly number[];
}

const COMPILERS: readonly CompilerChoice[] = ['auto', 'xla', 'graph'];

/** More recordings than these are probably a mistake. */
const MANY = 8;

/** Everything that jit.explain tells, by jitted function. */
const histories = new WeakMap<object, readonly string[]>();

/**
 * The function, compiled (jax.jit): recorded once for each structure, shapes and dtypes of its arguments and run as one
 * TensorFlow function. Arguments and results are pytrees of tensors; numbers become tensors. While it is recorded,
 * tensors have no values: reading one throws ConcretizationError.
 *
 * @typeParam F the function's type, which is the result's
 */
export function jit<F extends (...args: Any[]) => Any>(
  fn: F,
  { compiler = 'auto', staticArgnums = [], donateArgnums = [] }: JitOptions = {},
): F {
  if (typeof fn !== 'function') throw new TypeError(`jit takes a function, got ${typeof fn}.`);
  const name = fn.name || 'anonymous';
  checkCompiler(compiler);
  const statics = new Set(argnums('staticArgnums', staticArgnums));
  const donated = argnums('donateArgnums', donateArgnums);
  const programs: Program[] = [];
  const history: string[] = [];

  const call = (...args: unknown[]): unknown => {
    if (activeBackend() !== NATIVE_BACKEND) return fn(...args);
    const given = takeApart(args, statics);
    if (given.tensors.some(isAbstract)) return fn(...args);
    const program = programs.find(({ signature }) => isSame(signature, given)) ?? another(given);
    const result = program.run(given.tensors);
    for (const index of donated) donate(name, index, args[index]);
    return result;
  };

  function another(given: Arguments): Program {
    const last = programs.at(-1);
    history.push(last === undefined ? 'its first call' : (difference(last.signature, given) ?? 'it was forgotten'));
    const program = new Program(name, fn, given, statics, compiler);
    programs.push(program);
    if (programs.length === MANY) {
      console.warn(
        `jit: ${name} was recorded ${MANY} times, which is slow. Last because ${history.at(-1)}. jit.explain(fn) tells all.`,
      );
    }
    return program;
  }

  histories.set(call, history);
  return Object.defineProperty(call, 'name', { value: name }) as unknown as F;
}

function checkCompiler(compiler: unknown): void {
  if (COMPILERS.includes(compiler as CompilerChoice)) return;
  throw new TypeError(
    `jit: the compiler is one of ${COMPILERS.map((name) => `'${name}'`).join(', ')}, got ${compiler}.`,
  );
}

function argnums(option: string, given: number | readonly number[]): readonly number[] {
  const numbers = [given].flat();
  const odd = numbers.find((number) => !Number.isInteger(number) || number < 0);
  if (odd === undefined) return numbers;
  throw new TypeError(`jit: ${option} are positions of arguments, 0 for the first; got ${odd}.`);
}

/** How often a jitted function was recorded, and why each time. */
jit.explain = (jitted: (...args: Any[]) => unknown): string => {
  const history = histories.get(jitted);
  if (history === undefined) throw new TypeError('jit.explain takes a function that jit made.');
  const times = history.length === 1 ? 'once' : `${history.length} times`;
  const causes = history.map((cause, i) => `  ${i + 1}. ${cause}`);
  return [`${jitted.name} was recorded ${times}.`, ...causes].join('\n');
};

/**
 * Records `fn` for the given arguments and gives what was recorded, as text: `console.log(jit.trace(fn)(x))`.
 *
 * @typeParam F the function's type
 */
jit.trace = <F extends (...args: Any[]) => Any>(fn: F): Traced<F, string> => {
  return (...args) => recordingOf(fn, args, (trace, nodes, outputs) => printTrace(trace, nodes, outputs));
};

/**
 * What one call of `fn` with these arguments costs, counted from its ops.
 *
 * @typeParam F the function's type
 */
jit.costAnalysis = <F extends (...args: Any[]) => Any>(fn: F): Traced<F, Cost> => {
  return (...args) => recordingOf(fn, args, (trace, nodes) => costOf(trace, nodes));
};

function recordingOf<R>(
  fn: (...args: Any[]) => Any,
  args: readonly unknown[],
  use: (trace: Trace, nodes: readonly NodeDef[], outputs: readonly GraphTensor[]) => R,
): R {
  const given = takeApart(args, new Set());
  const trace = new Trace();
  const outputs = tracing(trace, given.tensors, (inputs) => {
    const result = transforms.with({ name: 'jit', repeats: true }, () => fn(...putTogether(given, new Set(), inputs)));
    return outputsOf('jit.trace', result).outputs;
  });
  return use(trace, trace.needed(outputs), outputs);
}
