/** Which of TensorFlow's two ways runs a recorded function: its kernels one by one, or XLA's code for the whole. */
import type { Tensor } from '#tfjs';
import type { NodeDef } from '../../bindings/graph/graphDef';
import type { Compiled } from './compile';

export type CompilerChoice = 'auto' | 'xla' | 'graph';

/** Calls that are timed with each compiler before one is chosen; the first of each is slower. */
const TRIALS = 3;
/** Functions of less than a millisecond are timed more often: whatever else the machine does weighs more there. */
const BRIEF_TRIALS = 12;
const isBrief = (times: readonly number[]) => best(times) < 1;
const isTried = (times: readonly number[]) => times.length >= (isBrief(times) ? BRIEF_TRIALS : TRIALS);

/** Ops that XLA cannot compile, or that oneDNN's kernels run faster. */
const BETTER_AS_GRAPH = /^(DistaffHost$|Conv|DepthwiseConv|MaxPool|AvgPool|FusedBatchNorm)/;

const needsGraph = ({ op, device }: NodeDef) => device !== undefined || BETTER_AS_GRAPH.test(op);

/** Runs one recorded function, and finds out how. */
export class Executor {
  #xla: boolean;
  #decided: boolean;
  readonly #times: { graph: number[]; xla: number[] } = { graph: [], xla: [] };

  constructor(
    readonly compiled: Compiled,
    choice: CompilerChoice,
  ) {
    this.#xla = choice === 'xla';
    this.#decided = choice !== 'auto' || compiled.nodes.some(needsGraph);
    // XLA compiles for one device.
    if (compiled.nodes.some(({ device }) => device !== undefined)) this.#xla = false;
  }

  get compiler(): 'xla' | 'graph' {
    return this.#xla ? 'xla' : 'graph';
  }

  run(inputs: readonly Tensor[]): Tensor[] {
    if (!this.#decided) return this.#try(inputs);
    return this.#xla ? this.#withXla(inputs) : this.compiled.run(inputs, false);
  }

  /** Times a call: first some with the graph, which starts at once, then some with XLA. */
  #try(inputs: readonly Tensor[]): Tensor[] {
    const { graph, xla } = this.#times;
    const useXla = isTried(graph);
    const begin = performance.now();
    const outputs = useXla ? this.#withXla(inputs) : this.compiled.run(inputs, false);
    if (!this.#decided) (useXla ? xla : graph).push(performance.now() - begin);
    if (isTried(xla)) {
      this.#decided = true;
      this.#xla = best(xla) < best(graph);
    }
    return outputs;
  }

  #withXla(inputs: readonly Tensor[]): Tensor[] {
    try {
      return this.compiled.run(inputs, true);
    } catch (error) {
      const op = unsupported(error);
      if (op === undefined) throw error;
      console.warn(
        `jit: XLA cannot compile the op ${op} of ${this.compiled.name.replace(/__\d+$/, '')}; it runs as a graph.`,
      );
      this.#decided = true;
      this.#xla = false;
      return this.compiled.run(inputs, false);
    }
  }
}

/** Without the first, which compiles or warms up. */
const best = ([, ...times]: readonly number[]) => Math.min(...times);

/** The op that XLA refused. */
function unsupported(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  if (!/unsupported operations|uncompilable|not compilable|XLA/i.test(message)) return undefined;
  return /No registered '(\w+)'|node \{\{node (\w+)/.exec(message)?.slice(1).find(Boolean) ?? 'that it names';
}
