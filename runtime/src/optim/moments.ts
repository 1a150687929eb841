/** Moving averages of gradients and of their squares, as Adam and its relatives keep them. */
import { type Tensor, zerosLike } from '#tfjs';
import { registerParamState } from './paramState';
import { asFloat, type HyperParam, minus, over, plus, power, root, times, toScalar } from './scalars';

/** The moving averages of a parameter's gradient and of its square. */
export class MomentsParamState {
  constructor(
    /** The moving average of gradients. */
    readonly gradEma: Tensor,
    /** The moving average of their squares (in AdaBelief, of squared distances from the average). */
    readonly gradSqEma: Tensor,
  ) {}
}

registerParamState(MomentsParamState, { gradEma: 'grad_ema', gradSqEma: 'grad_sq_ema' });

export function zeroMoments(param: Tensor): MomentsParamState {
  return new MomentsParamState(zerosLike(param), zerosLike(param));
}

/** `average` moved towards `value` by the fraction `mixing`, which is 1 - beta. */
export function moved(average: Tensor, value: Tensor, mixing: Tensor): Tensor {
  return average.add(value.sub(average).mul(mixing));
}

/** A step's scalars of Adam and its relatives. */
export interface MomentCoefficients {
  readonly mixing1: Tensor;
  readonly mixing2: Tensor;
  /** What the mean is multiplied with, and what is added to the root of the square: corrected for the zeros at the start. */
  readonly meanScale: HyperParam;
  readonly eps: Tensor;
}

/**
 * Averages that start at zero are too small by the factors `1 - beta ** (step + 1)`. The scalars are corrected instead of
 * the averages: `mean / c1 / (sqrt(square / c2) + eps)` is `mean * meanScale / (sqrt(square) + eps * sqrt(c2))`.
 */
export function momentCoefficients(
  step: HyperParam,
  { beta1, beta2, eps }: { beta1: HyperParam; beta2: HyperParam; eps: HyperParam },
): MomentCoefficients {
  const count = plus(asFloat(step), 1);
  const c1 = minus(1, power(beta1, count));
  const rootOfC2 = root(minus(1, power(beta2, count)));
  return {
    mixing1: toScalar(minus(1, beta1)),
    mixing2: toScalar(minus(1, beta2)),
    meanScale: over(rootOfC2, c1),
    eps: toScalar(times(eps, rootOfC2)),
  };
}
