/** Reverse-mode differentiation on tfjs's tape: what a function did, followed backwards. */
import {
  add,
  engine,
  type GradFunc,
  getGradient,
  type NamedAttrMap,
  type NamedTensorMap,
  type TapeNode,
  type Tensor,
  tidy,
  zeros,
} from '#tfjs';
import { programs, transforms } from '../bindings/stack';
import { userFrame } from '../bindings/userFrame';
import { innerOf, leaveSummed, levelOf, levelsOf, whereItIs } from './levels';
import './gradients';
import { COMPLEX_KERNELS } from './gradientsComplex';

/** One op of the tape. */
export interface Step extends TapeNode {
  /** The line of user code that ran an op that has no gradient. */
  at?: string | undefined;
  /** Its gradient is the user's own code, which may keep what it is given and what it gives. */
  custom?: boolean;
  /** The part that it has in a call of a function with its own rule. */
  role?: { readonly part: 'enter' | 'exit' | 'rule'; readonly call: RuledCall };
  /** The function with a rule that made the outputs from something else than its arguments. */
  closedOver?: string;
}

/**
 * A call of a function with its own rule. The innermost transformation that differentiates it uses the rule; those
 * outside of that one see what the rule's forward function did.
 */
export interface RuledCall {
  readonly name: string;
  used: boolean;
}

type Gradient = NonNullable<TapeNode['gradient']>;

interface Engine {
  startTape(): void;
  endTape(): void;
  addTapeNode(
    kernelName: string,
    inputs: NamedTensorMap,
    outputs: Tensor[],
    given?: GradFunc | null,
    saved?: Tensor[],
    attrs?: NamedAttrMap,
  ): void;
  readonly state: {
    activeTape: Step[] | null;
    gradientDepth: number;
    nextTapeNodeId: number;
  };
  nextTensorId(): number;
}

const taping = engine() as unknown as Engine;

/** Whether ops are being recorded. */
export const isRecording = (): boolean => taping.state.gradientDepth > 0;

/** Records a step that is no kernel: `gradient` gives each input's cotangent from those of the outputs. */
export function recordStep(
  kernelName: string,
  inputs: NamedTensorMap,
  outputs: Tensor[],
  gradient: Gradient,
  more: Pick<Step, 'custom' | 'role'> = {},
): void {
  const { state } = taping;
  state.activeTape?.push({ id: state.nextTapeNodeId++, kernelName, inputs, outputs, gradient, ...more });
}

// tfjs's own assigns a closure to a property, which V8 puts where only major collections find it: what an op took and gave
// would stay until then. A missing gradient is found on the way back, when the op's line is no longer on the stack.
taping.addTapeNode = function (this: Engine, kernelName, inputs, outputs, given, saved, attrs) {
  const rule = getGradient(kernelName)?.gradFunc ?? given;
  const gradient = rule ? gradientBy(rule, outputs, saved, attrs) : undefined;
  const step: Step = { id: this.state.nextTapeNodeId++, kernelName, inputs, outputs, saved, gradient };
  this.state.activeTape?.push(step);
  if (gradient !== undefined || !outputs.some(isSmooth)) return;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  step.at = userFrame(new Error().stack);
  Error.stackTraceLimit = stackTraceLimit;
};

/** A kernel's gradient of all its outputs' cotangents, as the tape keeps it. */
function gradientBy(rule: GradFunc, outputs: readonly Tensor[], saved?: Tensor[], attrs?: NamedAttrMap): Gradient {
  return (dys) => {
    const all = dys.map((dy, i) => dy ?? zerosLike(outputs[i] as Tensor));
    return rule(all.length > 1 ? all : (all[0] as Tensor), saved ?? [], attrs ?? {});
  };
}

export interface Recording<R> {
  readonly output: R;
  /** From a cotangent of each output (or undefined, for zeros) the cotangents of the inputs. */
  pullback(cotangents: readonly (Tensor | undefined)[]): Tensor[];
  /** Frees what was kept for the way back. */
  dispose(): void;
}

/**
 * Runs `fn` and remembers how its outputs follow from `inputs`, which nothing but `fn` may have seen. `name` is the
 * transformation as users call it.
 */
export function record<R>(
  name: string,
  fn: () => R,
  inputs: readonly Tensor[],
  outputsOf: (output: R) => readonly Tensor[],
): Recording<R> {
  const { state } = taping;
  const outermost = state.gradientDepth === 0;
  taping.startTape();
  const begin = state.activeTape?.length ?? 0;
  let output: R;
  let outputs: readonly Tensor[];
  try {
    output = transforms.with({ name, repeats: false }, fn);
    outputs = outputsOf(output);
  } catch (error) {
    if (outermost) {
      free(state.activeTape ?? []);
      state.activeTape = null;
    }
    throw error;
  } finally {
    taping.endTape();
  }
  const whole = state.activeTape;
  const tape = whole?.slice(begin) ?? [];
  if (outermost) state.activeTape = null;
  const steps = connect(tape, inputs, outputs);
  if (outermost) free(tape, new Set(steps.map(({ id }) => id)));
  return {
    output,
    pullback(cotangents) {
      if (!outermost && state.activeTape !== whole && programs.top === undefined) {
        throw new Error(
          `${name}: this derivative was made inside of another transformation's function, which has ended. Call it in ` +
            'there and return what it gives.',
        );
      }
      return pullBack(steps, inputs, outputs, cotangents);
    },
    // Inside another recording what was kept belongs to that one.
    dispose: () => outermost && free(steps),
  };
}

function free(tape: readonly Step[], keep: ReadonlySet<number> = new Set()): void {
  for (const { id, saved = [] } of tape) if (!keep.has(id)) for (const tensor of saved) tensor.dispose();
}

const isFloat = ({ dtype }: Tensor) => dtype === 'float32';
const isComplex = ({ dtype }: Tensor) => dtype === 'complex64';
/** Whether derivatives pass through a tensor; whole numbers and bools pass none on. */
export const isSmooth = (tensor: Tensor) => isFloat(tensor) || isComplex(tensor);

/**
 * The steps that lead from the inputs to the outputs, each with those of its inputs that depend on the inputs. Whole
 * numbers and bools pass nothing on: an index or a condition is a constant.
 */
function connect(tape: readonly Step[], inputs: readonly Tensor[], outputs: readonly Tensor[]): Step[] {
  const reached = new Set(inputs.map(({ id }) => id));
  const forward: Step[] = [];
  const ruled = new Set<RuledCall>();
  for (const step of inOrder(tape)) {
    const seen = asSeenHere(step);
    if (seen === undefined) continue;
    const moving = Object.entries(seen.inputs).filter(([, input]) => input && isSmooth(input) && reached.has(input.id));
    const made = seen.outputs.filter(isSmooth);
    if (moving.length === 0 || made.length === 0) continue;
    for (const { id } of made) reached.add(id);
    if (seen.role?.part === 'rule') ruled.add(seen.role.call);
    forward.push({ ...seen, inputs: Object.fromEntries(moving) });
  }
  for (const call of ruled) call.used = true;

  const wanted = new Set(outputs.map(({ id }) => id));
  const found: Step[] = [];
  for (const step of forward.reverse()) {
    if (!step.outputs.some(({ id }) => wanted.has(id))) continue;
    for (const input of Object.values(step.inputs)) wanted.add(input.id);
    found.push(step);
  }
  return found.reverse();
}

/**
 * Each step after those whose outputs it takes: tfjs notes the copy that a kernel saves of its output before the kernel
 * itself, which would cut gradients of gradients off.
 */
function inOrder(tape: readonly Step[]): Step[] {
  const made = ({ outputs }: Step) => outputs[0]?.id ?? 0;
  return [...tape].sort((a, b) => made(a) - made(b));
}

/** A call with its own rule is one step here, or what it did, or, past its arguments, an error. */
function asSeenHere(step: Step): Step | undefined {
  if (step.role === undefined) return step;
  const { part, call } = step.role;
  if (call.used) return part === 'rule' ? undefined : step;
  if (part === 'enter') return undefined;
  if (part === 'rule') return step;
  return { ...step, closedOver: call.name };
}

function pullBack(
  steps: readonly Step[],
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  given: readonly (Tensor | undefined)[],
): Tensor[] {
  const closedOver = steps.find((step) => step.closedOver !== undefined)?.closedOver;
  if (closedOver !== undefined) {
    throw new Error(
      `${closedOver}: the function uses a tensor from outside that is being differentiated, and its rule gives ` +
        'cotangents of its arguments only. Pass that tensor as an argument, or through lax.stopGradient.',
    );
  }
  const cotangents = new Cotangents(taping.nextTensorId());
  outputs.forEach(({ id }, i) => {
    const cotangent = given[i];
    if (cotangent !== undefined) cotangents.add(id, cotangent);
  });
  for (const step of [...steps].reverse()) {
    const dys = step.outputs.map(({ id }) => cotangents.take(id));
    if (dys.every((dy) => dy === undefined)) continue;
    const names = Object.keys(step.inputs);
    const back = () => whereItIs(step.outputs[0], () => cotangentsOf(step, names, dys));
    const dxs = step.custom ? back() : tidy(back);
    for (const dx of dxs) cotangents.share(dx);
    names.forEach((name, i) => {
      cotangents.add((step.inputs[name] as Tensor).id, dxs[i] as Tensor);
    });
    if (step.custom) continue;
    for (const passed of [...dxs, ...dys]) if (passed !== undefined) cotangents.release(passed);
  }
  return inputs.map(({ id, shape }) => cotangents.take(id) ?? zeros(shape));
}

function cotangentsOf(step: Step, names: readonly string[], dys: readonly (Tensor | undefined)[]): Tensor[] {
  const complex = [...Object.values(step.inputs), ...step.outputs].some(isComplex);
  if (step.gradient === undefined || (complex && !COMPLEX_KERNELS.has(step.kernelName))) {
    const where = step.at === undefined ? '' : ` at ${step.at}`;
    throw new Error(
      `The op ${step.kernelName}${where} has no gradient${complex ? ' of complex numbers' : ''}. Compute the same with other functions, or cut it off with ` +
        'lax.stopGradient, or give it a rule with customVjp.',
    );
  }
  const gradients = step.gradient(dys.map((dy, i) => dy ?? zerosLike(step.outputs[i] as Tensor)));
  return names.map((name) => {
    const input = step.inputs[name] as Tensor;
    const own = gradients[name]?.();
    if (own === undefined) throw new Error(`The op ${step.kernelName} has no gradient of its input '${name}'.`);
    const gradient = summedOut(own, input);
    if (gradient.dtype === input.dtype && gradient.shape.join() === input.shape.join()) return gradient;
    throw new Error(
      `The gradient of ${step.kernelName} for its input '${name}' of shape [${input.shape}] came out as ` +
        `${gradient.dtype} of shape [${gradient.shape}].`,
    );
  });
}

/** Examples that share an input each contribute to its cotangent. */
function summedOut(gradient: Tensor, input: Tensor): Tensor {
  let out = gradient;
  const own = levelsOf(input);
  for (let level = levelOf(out); level !== undefined && !own.includes(level); level = levelOf(out)) {
    const inner = out;
    out = leaveSummed(level, inner);
    recordStep('vmap', { x: inner } as NamedTensorMap, [out], ([dy]) => ({ x: () => dy as Tensor }));
  }
  return out;
}

const zerosLike = ({ shape, dtype }: Tensor) => zeros(shape, dtype);

/** The cotangents that are on their way, by tensor. Those that were made here are freed when nothing needs them. */
class Cotangents {
  readonly #byId = new Map<number, Tensor>();
  readonly #holders = new Map<Tensor, number>();

  constructor(readonly firstOwn: number) {}

  add(id: number, cotangent: Tensor): void {
    const before = this.#byId.get(id);
    const sum = before === undefined ? cotangent : whereItIs(innerOf(before, cotangent), () => add(before, cotangent));
    this.share(sum);
    this.#byId.set(id, sum);
    if (before !== undefined) this.release(before);
  }

  /** Its holder releases it. */
  take(id: number): Tensor | undefined {
    const cotangent = this.#byId.get(id);
    this.#byId.delete(id);
    return cotangent;
  }

  share(tensor: Tensor): void {
    this.#holders.set(tensor, (this.#holders.get(tensor) ?? 0) + 1);
  }

  release(tensor: Tensor): void {
    const holders = (this.#holders.get(tensor) ?? 1) - 1;
    this.#holders.set(tensor, holders);
    if (holders === 0 && tensor.id > this.firstOwn) tensor.dispose();
  }
}
