/** Arithmetic of hyper-parameters: of numbers in float64, and where a tensor takes part in float32, unread. */
import { add, cast, cos, div, maximum, minimum, mul, pow, scalar, sqrt, sub, Tensor } from '#tfjs';

/** A hyper-parameter may be a tensor, for example a learning rate that a schedule computed. */
export type HyperParam = number | Tensor;

/** The hyper-parameter as a tensor, made once a step and used for every parameter. */
export function toScalar(x: HyperParam): Tensor {
  return typeof x === 'number' ? scalar(x) : x;
}

export function plus(a: HyperParam, b: HyperParam): HyperParam {
  return typeof a === 'number' && typeof b === 'number' ? a + b : add(toScalar(a), toScalar(b));
}

export function minus(a: HyperParam, b: HyperParam): HyperParam {
  return typeof a === 'number' && typeof b === 'number' ? a - b : sub(toScalar(a), toScalar(b));
}

export function times(a: HyperParam, b: HyperParam): HyperParam {
  return typeof a === 'number' && typeof b === 'number' ? a * b : mul(toScalar(a), toScalar(b));
}

export function over(a: HyperParam, b: HyperParam): HyperParam {
  return typeof a === 'number' && typeof b === 'number' ? a / b : div(toScalar(a), toScalar(b));
}

export function power(base: HyperParam, exponent: HyperParam): HyperParam {
  if (typeof base === 'number' && typeof exponent === 'number') return base ** exponent;
  return pow(toScalar(base), toScalar(exponent));
}

export function root(x: HyperParam): HyperParam {
  return typeof x === 'number' ? Math.sqrt(x) : sqrt(x);
}

export function least(a: HyperParam, b: HyperParam): HyperParam {
  return typeof a === 'number' && typeof b === 'number' ? Math.min(a, b) : minimum(toScalar(a), toScalar(b));
}

export function greatest(a: HyperParam, b: HyperParam): HyperParam {
  return typeof a === 'number' && typeof b === 'number' ? Math.max(a, b) : maximum(toScalar(a), toScalar(b));
}

export function cosine(x: HyperParam): HyperParam {
  return typeof x === 'number' ? Math.cos(x) : cos(x);
}

/** A count of steps as float32, whatever whole numbers it was kept in. */
export function asFloat(count: HyperParam): HyperParam {
  return typeof count === 'number' || count.dtype === 'float32' ? count : cast(count, 'float32');
}

/** One step more, in the dtype of the count. */
export function nextStep(step: HyperParam): HyperParam {
  return step instanceof Tensor ? step.add(scalar(1, step.dtype as 'float32' | 'int32')) : step + 1;
}

/** The learning rate, which may come with the definition or with the step. Throws if it came with neither. */
export function requireLearningRate({ learningRate }: { learningRate: HyperParam | null }): HyperParam {
  if (learningRate !== null && learningRate !== undefined) return learningRate;
  throw new Error(
    'There is no learning rate: give one to the optimizer, optim.Momentum({ learningRate: 0.1 }), ' +
      'or to the step, optimizer.applyGradient(grad, { learningRate: 0.1 }).',
  );
}
