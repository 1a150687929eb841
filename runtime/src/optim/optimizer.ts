/** Optimizers (flax/optim/base.py): what to optimize, the optimization's state, and the definition of its steps. */
import { Tensor, tidy, util } from '#tfjs';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';

/** A hyper-parameter may be a tensor, for example a learning rate that a schedule computed. */
export type HyperParam = number | Tensor;

/** How far an optimization has come. A pytree. */
export class OptimizerState {
  constructor(
    /** Number of steps taken. */
    readonly step: HyperParam,
    /** The state of each parameter, in the parameters' structure. */
    readonly paramStates: unknown,
  ) {}
}

tree.registerPytreeNode(OptimizerState, {
  flatten: ({ step, paramStates }) => ({ children: [step, paramStates], keys: ['step', 'paramStates'] }),
  unflatten: (_, [step, paramStates]) => new OptimizerState(step as HyperParam, paramStates),
});

/** An algorithm with its hyper-parameters; subclasses say what one step does to one parameter. */
export abstract class OptimizerDef<H extends object = object, S = unknown> {
  constructor(readonly hyperParams: H) {}

  /** The state of a parameter before the first step. */
  abstract initParamState(param: Tensor): S;

  /** One step: the parameter's new value and state. `step` counts the steps before this one. */
  abstract applyParamGradient(
    step: HyperParam,
    hyperParams: H,
    param: Tensor,
    state: S,
    grad: Tensor,
  ): readonly [param: Tensor, state: S];

  /** An optimizer of `target`: a Model or any other pytree of float tensors. */
  create<T>(target: T): Optimizer<T, H> {
    return new Optimizer<T, H>(this, this.initState(target), target);
  }

  /** The state before the first step. */
  initState(target: unknown): OptimizerState {
    return new OptimizerState(
      0,
      tree.map((param) => this.initParamState(checkedParam(param)), target),
    );
  }

  /** The hyper-parameters of one step: those of the definition, with `overrides` in their place. */
  updateHyperParams(overrides: Partial<H>): H {
    const unknown = Object.keys(overrides).find((name) => !(name in this.hyperParams));
    if (unknown !== undefined) {
      const known = Object.keys(this.hyperParams).join(', ');
      throw new Error(`applyGradient: there is no hyper-parameter '${unknown}'; there are ${known}.`);
    }
    return { ...this.hyperParams, ...overrides };
  }

  /** One step for all parameters. Throws if `grads` has another structure or other shapes than `target`. */
  applyGradient<T>(
    hyperParams: H,
    target: T,
    state: OptimizerState,
    grads: unknown,
  ): [target: T, state: OptimizerState] {
    const [params, structure] = tree.flatten(target);
    const paramGrads = tree.flattenUpTo(structure, grads);
    const paramStates = tree.flattenUpTo(structure, state.paramStates);
    const stepped = params.map((param, i) => {
      const grad = paramGrads[i];
      if (!fits(param, grad)) throw new Error(misfit(target, i, grad));
      // The step's intermediate tensors are freed here; nobody else can hold them.
      return tidied(() =>
        this.applyParamGradient(state.step, hyperParams, param as Tensor, paramStates[i] as S, grad as Tensor),
      );
    });
    const newTarget = tree.unflatten(
      structure,
      stepped.map(([param]) => param),
    ) as T;
    const newStates = tree.unflatten(
      structure,
      stepped.map(([, paramState]) => paramState),
    );
    const { step } = state;
    return [newTarget, new OptimizerState(step instanceof Tensor ? step.add(1) : step + 1, newStates)];
  }
}

/** A target with the state of its optimization. Immutable, a pytree; each step gives a new one. */
export class Optimizer<T, H extends object = object> {
  constructor(
    readonly optimizerDef: OptimizerDef<H>,
    readonly state: OptimizerState,
    /** What is optimized: a Model or any other pytree of tensors. */
    readonly target: T,
  ) {}

  /**
   * One step against a gradient of the target's structure. `overrides` are hyper-parameters for this step only:
   * `optimizer.applyGradient(grad, { learningRate: 0.01 })`.
   */
  applyGradient(grads: T, overrides: Partial<H> = {}): Optimizer<T, H> {
    const hyperParams = this.optimizerDef.updateHyperParams(overrides);
    const [target, state] = this.optimizerDef.applyGradient(hyperParams, this.target, this.state, grads);
    return this.replace({ target, state });
  }

  /** A copy with another target, state or definition. */
  replace(changes: { optimizerDef?: OptimizerDef<H>; state?: OptimizerState; target?: T }): Optimizer<T, H> {
    const { optimizerDef, state, target } = { ...this, ...changes };
    return new Optimizer<T, H>(optimizerDef, state, target);
  }
}

tree.registerPytreeNode<Optimizer<unknown>>(Optimizer, {
  flatten: ({ optimizerDef, state, target }) => ({
    children: [state, target],
    keys: ['state', 'target'],
    aux: optimizerDef,
  }),
  unflatten: (optimizerDef, [state, target]) =>
    new Optimizer(optimizerDef as OptimizerDef, state as OptimizerState, target),
});

/** tf.tidy, which finds tensors in objects of any class, whatever its type says. */
const tidied = tidy as unknown as <R>(fn: () => R) => R;

function checkedParam(param: unknown): Tensor {
  if (param instanceof Tensor && param.dtype === 'float32') return param;
  const got = param instanceof Tensor ? formatTensor(param) : typeof param;
  throw new TypeError(`An optimizer's target must hold float32 tensors only, got ${got}.`);
}

function fits(param: unknown, grad: unknown): boolean {
  return param instanceof Tensor && grad instanceof Tensor && util.arraysEqual(param.shape, grad.shape);
}

function misfit(target: unknown, index: number, grad: unknown): string {
  const [path, param] = tree.flattenWithPath(target)[index] as [string[], Tensor];
  const got = grad instanceof Tensor ? formatTensor(grad) : String(grad);
  return `applyGradient: the gradient of /${path.join('/')} should be like the parameter, ${formatTensor(param)}, got ${got}.`;
}

/** The learning rate, which may come with the definition or with the step. Throws if it came with neither. */
export function requireLearningRate({ learningRate }: { learningRate: HyperParam | null }): HyperParam {
  if (learningRate !== null && learningRate !== undefined) return learningRate;
  throw new Error(
    'There is no learning rate: give one to the optimizer, optim.Momentum({ learningRate: 0.1 }), ' +
      'or to the step, optimizer.applyGradient(grad, { learningRate: 0.1 }).',
  );
}
