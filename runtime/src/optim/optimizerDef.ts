/** Definitions of optimizers (flax/optim/base.py): an algorithm with its hyper-parameters. */
import type { Tensor } from '#tfjs';
import { toStateDict } from '../serialization/stateDict';
import { Traversal } from '../traverse/traversal';
import * as tree from '../tree';
import { Optimizer } from './optimizer';
import type { SharedOverrides } from './overrides';
import { checkGradient, checkParam } from './paramChecks';
import { registerParamState } from './paramState';
import { type HyperParam, nextStep } from './scalars';
import { selections } from './selections';
import { tidied } from './tidied';

/** How far an optimization has come. A pytree. */
export class OptimizerState {
  constructor(
    /** Number of steps taken: a number, or a tensor of an integer where a transformation counts. */
    readonly step: HyperParam,
    /** The state of each parameter, in the parameters' structure. */
    readonly paramStates: unknown,
  ) {}

  /** A copy with another step or other states. */
  replace(changes: { step?: HyperParam; paramStates?: unknown }): OptimizerState {
    const { step, paramStates } = { ...this, ...changes };
    return new OptimizerState(step, paramStates);
  }
}

registerParamState(OptimizerState, { step: 'step', paramStates: 'param_states' });

/**
 * An algorithm with its hyper-parameters `H`; subclasses say what one step does to one parameter, whose state is an `S`.
 * `C` is what a step computes of its hyper-parameters once for all parameters, `O` what a step may override.
 */
export abstract class OptimizerDef<H extends object = object, S = unknown, C = H, O extends object = Partial<H>> {
  constructor(
    /** What a step takes where it overrides nothing. */
    readonly hyperParams: H,
  ) {}

  /** The state of a parameter before the first step. */
  abstract initParamState(param: Tensor): S;

  /** One step: the parameter's new value and state. `step` counts the steps before this one. */
  abstract applyParamGradient(
    step: HyperParam,
    coefficients: C,
    param: Tensor,
    state: S,
    grad: Tensor,
  ): readonly [param: Tensor, state: S];

  /** What `applyParamGradient` takes, computed once a step; the hyper-parameters themselves unless a subclass says more. */
  coefficients(_step: HyperParam, hyperParams: H): C {
    return hyperParams as unknown as C;
  }

  /**
   * An optimizer of `target`: a Model or any other pytree of float tensors. With `focus` it optimizes only what the
   * traversal selects.
   */
  create<T>(target: T, options?: { focus?: undefined }): Optimizer<T, H, O>;
  create<T>(target: T, options: { focus: Traversal }): Optimizer<T, [H], O>;
  create<T>(target: T, { focus }: { focus?: Traversal | undefined } = {}): unknown {
    if (focus !== undefined) return MultiOptimizer([focus, this as unknown as AnyDef]).create(target);
    return new Optimizer(this as unknown as AnyDef, this.initState(target), target);
  }

  /** @internal The state as Flax 0.1 laid it out in state dicts. */
  olderState(_target: unknown, state: OptimizerState): unknown {
    return state;
  }

  /** @internal The state of a state dict in today's layout, made of one of either. */
  upgradeState(_target: unknown, found: unknown): unknown {
    return found;
  }

  /** The state before the first step. */
  initState(target: unknown): OptimizerState {
    const [params, structure] = tree.flatten(target);
    const states = params.map((param, i) => {
      checkParam(target, i, param);
      return this.initParamState(param);
    });
    return new OptimizerState(0, tree.unflatten(structure, states));
  }

  /** The hyper-parameters of one step: those of the definition, with `overrides` in their place. */
  updateHyperParams(overrides: O): H {
    const { hyperParams = this.hyperParams, ...named } = overrides as { hyperParams?: H };
    const unknown = Object.keys(named).find((name) => !(name in this.hyperParams));
    if (unknown !== undefined) {
      const known = Object.keys(this.hyperParams).join(', ');
      throw new Error(`applyGradient: there is no hyper-parameter '${unknown}'; there are ${known}.`);
    }
    return { ...hyperParams, ...named };
  }

  /** One step for all parameters. Throws if `grads` has another structure or other shapes than `target`. */
  applyGradient<T>(
    hyperParams: H,
    target: T,
    state: OptimizerState,
    grads: unknown,
  ): [target: T, state: OptimizerState] {
    const { step } = state;
    const [params, structure] = tree.flatten(target);
    const paramGrads = tree.flattenUpTo(structure, grads);
    const paramStates = tree.flattenUpTo(structure, state.paramStates);
    // Each step's intermediate tensors are freed here; nobody else can hold them.
    const stepped = tidied(() => {
      const coefficients = this.coefficients(step, hyperParams);
      return params.map((param, i) => {
        const grad = paramGrads[i];
        checkGradient(target, i, param, grad);
        return tidied(() =>
          this.applyParamGradient(step, coefficients, param as Tensor, paramStates[i] as S, grad as Tensor),
        );
      });
    });
    const newTarget = stepped.map(([param]) => param);
    const newStates = stepped.map(([, paramState]) => paramState);
    return [
      tree.unflatten(structure, newTarget) as T,
      new OptimizerState(nextStep(step), tree.unflatten(structure, newStates)),
    ];
  }
}

/** Whatever its hyper-parameters and states are. */
export type AnyDef = OptimizerDef<object, unknown, unknown, object>;
type HyperParamsOf<Pairs extends readonly unknown[]> = {
  -readonly [I in keyof Pairs]: Pairs[I] extends readonly [unknown, { readonly hyperParams: infer H extends object }]
    ? H
    : never;
};

class MultiOptimizerDef<Hs extends object[]> extends OptimizerDef<Hs, never, Hs, SharedOverrides<Hs>> {
  readonly #traversals: readonly Traversal[];
  readonly #optimizers: readonly AnyDef[];

  constructor(pairs: readonly (readonly [Traversal, AnyDef])[]) {
    pairs.forEach(checkPair);
    super(pairs.map(([, { hyperParams }]) => hyperParams) as Hs);
    this.#traversals = pairs.map(([traversal]) => traversal);
    this.#optimizers = pairs.map(([, optimizer]) => optimizer);
  }

  override initParamState(): never {
    throw new Error('MultiOptimizer: which optimizer a parameter has depends on its place; use initState.');
  }

  override applyParamGradient(): never {
    throw new Error('MultiOptimizer: which optimizer a parameter has depends on its place; use applyGradient.');
  }

  /** Parameters that no optimizer was given for have null for their state. */
  override initState(target: unknown): OptimizerState {
    const [params, structure] = tree.flatten(target);
    const states: unknown[] = params.map(() => null);
    selections(this.#traversals, target).forEach((indices, i) => {
      for (const index of indices) checkParam(target, index, params[index]);
      const { paramStates } = this.#optimizer(i).initState(indices.map((index) => params[index]));
      indices.forEach((index, j) => {
        states[index] = (paramStates as unknown[])[j];
      });
    });
    return new OptimizerState(0, tree.unflatten(structure, states));
  }

  /** Overrides go to each of the optimizers; `hyperParams` are an array with each one's. */
  override updateHyperParams(overrides: SharedOverrides<Hs>): Hs {
    const { hyperParams = this.hyperParams, ...named } = overrides as { hyperParams?: Hs };
    const [expected, got] = [this.#optimizers.length, hyperParams.length];
    if (got !== expected) {
      throw new Error(
        `MultiOptimizer: hyperParams has one entry for each optimizer: expected ${expected}, got ${got}.`,
      );
    }
    return this.#optimizers.map((optimizer, i) =>
      optimizer.updateHyperParams({ ...named, hyperParams: hyperParams[i] as object }),
    ) as Hs;
  }

  override applyGradient<T>(
    hyperParams: Hs,
    target: T,
    state: OptimizerState,
    grads: unknown,
  ): [target: T, state: OptimizerState] {
    const [params, structure] = tree.flatten(target);
    const paramGrads = tree.flattenUpTo(structure, grads);
    const states = tree.flattenUpTo(structure, state.paramStates);
    selections(this.#traversals, target).forEach((indices, i) => {
      for (const index of indices) checkGradient(target, index, params[index], paramGrads[index]);
      const of = (leaves: readonly unknown[]) => indices.map((index) => leaves[index]);
      const [newParams, { paramStates }] = this.#optimizer(i).applyGradient(
        hyperParams[i] as object,
        of(params),
        new OptimizerState(state.step, of(states)),
        of(paramGrads),
      );
      indices.forEach((index, j) => {
        params[index] = newParams[j];
        states[index] = (paramStates as unknown[])[j];
      });
    });
    return [
      tree.unflatten(structure, params) as T,
      new OptimizerState(nextStep(state.step), tree.unflatten(structure, states)),
    ];
  }

  /** Flax 0.1 kept a state for each optimizer, with those of the parameters that it optimizes in a list. */
  override olderState(target: unknown, { step, paramStates }: OptimizerState): unknown {
    const states = tree.flattenUpTo(tree.structure(target), paramStates);
    return selections(this.#traversals, target).map(
      (indices) =>
        new OptimizerState(
          step,
          indices.map((index) => states[index]),
        ),
    );
  }

  override upgradeState(target: unknown, found: unknown): unknown {
    const older = found as Readonly<
      Record<string, { step: unknown; param_states: Record<string, unknown> } | undefined>
    >;
    if (older?.['0']?.param_states === undefined) return found;
    const [params, structure] = tree.flatten(target);
    const states: unknown[] = params.map(() => null);
    selections(this.#traversals, target).forEach((indices, i) => {
      indices.forEach((index, j) => {
        states[index] = older[i]?.param_states?.[j];
      });
    });
    return { step: older['0'].step, param_states: toStateDict(tree.unflatten(structure, states)) };
  }

  #optimizer(i: number): AnyDef {
    return this.#optimizers[i] as AnyDef;
  }
}

/**
 * Several optimizers, each for what its traversal selects of the target; what none selects stays as it is:
 * `optim.MultiOptimizer([kernels, optim.Momentum()], [biases, optim.Adam()]).create(model)`. A step's overrides go to each
 * of them. Throws when it steps if two traversals select one parameter.
 */
export function MultiOptimizer<const Pairs extends readonly (readonly [Traversal, AnyDef])[]>(
  ...pairs: Pairs
): OptimizerDef<HyperParamsOf<Pairs>, never, HyperParamsOf<Pairs>, SharedOverrides<HyperParamsOf<Pairs>>> {
  return new MultiOptimizerDef<HyperParamsOf<Pairs>>(pairs);
}

function checkPair(pair: unknown, i: number): void {
  const [traversal, optimizer] = Array.isArray(pair) ? pair : [];
  if (traversal instanceof Traversal && optimizer instanceof OptimizerDef) return;
  throw new TypeError(
    `MultiOptimizer takes pairs of a traversal and an optimizer, [optim.ModelParamTraversal((path) => …), optim.Adam()]; ` +
      `argument ${i} is none (the focus of an optimizer is a traversal as well).`,
  );
}
