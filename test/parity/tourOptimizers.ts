/** The state dicts of the tour's optimizers, in the layouts of Flax 0.1.0 and 0.3.6. */
import { expect } from 'vitest';
import { jnp, optim } from '../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: recorded state dicts are nested JSON.
type Any = any;

export interface OptimizerDict {
  readonly target: { readonly params: unknown };
  readonly state: Any;
}

/** Steps and momenta. Flax 0.1.0 kept those of MultiOptimizer by optimizer, later ones keep them by parameter, as we do. */
export function momentaOf(state: Any): { steps: number[]; kernel: Any; bias: Any } {
  // An array in Flax 0.3.6.
  const stepOf = ({ step }: Any) => (typeof step === 'object' ? step.data : step);
  if ('step' in state) return { steps: [stepOf(state)], ...state.param_states.params.Dense_0 };
  const [kernel, bias] = [state['0'], state['1']];
  expect(stepOf(kernel)).toBe(stepOf(bias));
  return { steps: [stepOf(kernel)], kernel: kernel.param_states['0'], bias: bias.param_states['0'] };
}

/** The largest momentum of a training with the learning rate 0.1, from the parameter's values. */
export function largestMomentum(values: readonly number[]): number {
  return values
    .slice(1)
    .reduce((largest, value, i) => Math.max(largest, Math.abs(value - (values[i] as number)) / 0.1), 0);
}

/** An optimizer that counts its steps with an array where Flax does. */
export function countingLike<T>(optimizer: optim.Optimizer<T>, { state }: OptimizerDict): optim.Optimizer<T> {
  if (typeof state.step !== 'object') return optimizer;
  const { step, paramStates } = optimizer.state;
  return optimizer.replace({ state: new optim.OptimizerState(jnp.asarray(step, 'int32'), paramStates) });
}
