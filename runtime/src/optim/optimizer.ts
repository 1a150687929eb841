import { fromStateDict, registerSerializationState, toStateDict } from '../serialization/stateDict';
import * as tree from '../tree';
import type { OptimizerDef, OptimizerState } from './optimizerDef';

/** A definition of whatever parameter states. */
type Def<H extends object, O extends object> = OptimizerDef<H, unknown, unknown, O>;

/** A target with the state of its optimization. Immutable, a pytree; each step gives a new one. */
export class Optimizer<T, H extends object = object, O extends object = Partial<H>> {
  constructor(
    /** The algorithm with its hyper-parameters. */
    readonly optimizerDef: Def<H, O>,
    /** How far it has come, and what it keeps of each parameter. */
    readonly state: OptimizerState,
    /** What is optimized: a Model or any other pytree of tensors. */
    readonly target: T,
  ) {}

  /**
   * One step against a gradient of the target's structure. `overrides` are hyper-parameters for this step only:
   * `optimizer.applyGradient(grad, { learningRate: 0.01 })`.
   */
  applyGradient(grads: T, overrides: O = {} as O): Optimizer<T, H, O> {
    const hyperParams = this.optimizerDef.updateHyperParams(overrides);
    const [target, state] = this.optimizerDef.applyGradient(hyperParams, this.target, this.state, grads);
    return this.replace({ target, state });
  }

  /** A copy with another target, state or definition. */
  replace(changes: { optimizerDef?: Def<H, O>; state?: OptimizerState; target?: T }): Optimizer<T, H, O> {
    const { optimizerDef, state, target } = { ...this, ...changes };
    return new Optimizer<T, H, O>(optimizerDef, state, target);
  }

  /** The target and the state as nested objects: `serialization.toStateDict(optimizer)`. */
  stateDict(): {
    /** The state dict of what is optimized. */
    target: unknown;
    /** The state dict of the optimizer's state. */
    state: unknown;
  } {
    return toStateDict(this) as { target: unknown; state: unknown };
  }

  /** A copy with the values of a state dict; throws StateDictError where it does not fit. */
  restoreState(stateDict: unknown): Optimizer<T, H, O> {
    return fromStateDict(this, stateDict);
  }
}

tree.registerPytreeNode<Optimizer<unknown>>(Optimizer, {
  flatten: ({ optimizerDef, state, target }) => ({
    children: [state, target],
    keys: ['state', 'target'],
    aux: optimizerDef,
  }),
  unflatten: (optimizerDef, [state, target]) =>
    new Optimizer(optimizerDef as Def<object, object>, state as OptimizerState, target),
});

registerSerializationState<Optimizer<unknown>>(Optimizer, {
  toStateDict: ({ target, state }) => ({ target, state }),
  fromStateDict: (optimizer, { target, state }) => optimizer.replace({ target, state: state as OptimizerState }),
  older: {
    toStateDict: ({ optimizerDef, target, state }) => ({ target, state: optimizerDef.olderState(target, state) }),
    upgrade: ({ optimizerDef, target }, found) =>
      'state' in found ? { ...found, state: optimizerDef.upgradeState(target, found.state) } : found,
  },
});
