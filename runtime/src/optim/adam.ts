import type { Tensor } from '#tfjs';
import { MomentsParamState, momentCoefficients, moved, zeroMoments } from './moments';
import { OptimizerDef } from './optimizerDef';
import { type HyperParam, minus, requireLearningRate, times, toScalar } from './scalars';

export interface AdamHyperParams {
  /** The step size. */
  learningRate: HyperParam | null;
  /** How much of the gradient's moving average is kept. Default 0.9. */
  beta1: HyperParam;
  /** How much of the squared gradient's moving average is kept. Default 0.999. */
  beta2: HyperParam;
  /** Added to the gradient's magnitude, for numerical stability. Default 1e-8. */
  eps: HyperParam;
  /** How much of the parameter each step takes off, relative to the learning rate (AdamW). Default 0. */
  weightDecay: HyperParam;
}

/** A step's scalars of Adam. */
export function adamCoefficients(step: HyperParam, hyperParams: AdamHyperParams) {
  const learningRate = requireLearningRate(hyperParams);
  const { meanScale, ...coefficients } = momentCoefficients(step, hyperParams);
  const { weightDecay } = hyperParams;
  return {
    ...coefficients,
    rate: toScalar(times(learningRate, meanScale)),
    /** The fraction of the parameter that decay leaves. */
    kept: weightDecay === 0 ? undefined : toScalar(minus(1, times(learningRate, weightDecay))),
  };
}

type Coefficients = ReturnType<typeof adamCoefficients>;

/** The parameter after a step by the mean relative to the root of the square. */
export function adamStep(param: Tensor, { gradEma, gradSqEma }: MomentsParamState, { rate, eps, kept }: Coefficients) {
  const left = kept === undefined ? param : param.mul(kept);
  return left.sub(gradEma.mul(rate).div(gradSqEma.sqrt().add(eps)));
}

class AdamDef extends OptimizerDef<AdamHyperParams, MomentsParamState, Coefficients> {
  override initParamState(param: Tensor): MomentsParamState {
    return zeroMoments(param);
  }

  override coefficients(step: HyperParam, hyperParams: AdamHyperParams): Coefficients {
    return adamCoefficients(step, hyperParams);
  }

  override applyParamGradient(
    _step: HyperParam,
    coefficients: Coefficients,
    param: Tensor,
    state: MomentsParamState,
    grad: Tensor,
  ) {
    const newState = new MomentsParamState(
      moved(state.gradEma, grad, coefficients.mixing1),
      moved(state.gradSqEma, grad.square(), coefficients.mixing2),
    );
    return [adamStep(param, newState, coefficients), newState] as const;
  }
}

/** Steps by the gradient's moving average, relative to its moving magnitude (Kingma & Ba 2014, arXiv:1412.6980). */
export function Adam({
  learningRate = null,
  beta1 = 0.9,
  beta2 = 0.999,
  eps = 1e-8,
  weightDecay = 0,
}: Partial<AdamHyperParams> = {}) {
  return new AdamDef({ learningRate, beta1, beta2, eps, weightDecay });
}
