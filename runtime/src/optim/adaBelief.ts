import type { Tensor } from '#tfjs';
import { type AdamHyperParams, adamCoefficients, adamStep } from './adam';
import { MomentsParamState, moved, zeroMoments } from './moments';
import { OptimizerDef } from './optimizerDef';
import { type HyperParam, toScalar } from './scalars';

/** As Adam's; `eps` is added to the squared deviation too, and 1e-16 by default. */
export type AdaBeliefHyperParams = AdamHyperParams;

interface Coefficients extends ReturnType<typeof adamCoefficients> {
  readonly addedToSquare: Tensor;
}

class AdaBeliefDef extends OptimizerDef<AdaBeliefHyperParams, MomentsParamState, Coefficients> {
  override initParamState(param: Tensor): MomentsParamState {
    return zeroMoments(param);
  }

  override coefficients(step: HyperParam, hyperParams: AdaBeliefHyperParams): Coefficients {
    return { ...adamCoefficients(step, hyperParams), addedToSquare: toScalar(hyperParams.eps) };
  }

  override applyParamGradient(
    _step: HyperParam,
    coefficients: Coefficients,
    param: Tensor,
    state: MomentsParamState,
    grad: Tensor,
  ) {
    const { mixing1, mixing2, addedToSquare } = coefficients;
    const gradEma = moved(state.gradEma, grad, mixing1);
    const gradSqEma = moved(state.gradSqEma, grad.sub(gradEma).square(), mixing2).add(addedToSquare);
    const newState = new MomentsParamState(gradEma, gradSqEma);
    return [adamStep(param, newState, coefficients), newState] as const;
  }
}

/** As Adam, relative to how far gradients are from their average (Zhuang et al. 2020, arXiv:2010.07468). */
export function AdaBelief({
  learningRate = null,
  beta1 = 0.9,
  beta2 = 0.999,
  eps = 1e-16,
  weightDecay = 0,
}: Partial<AdaBeliefHyperParams> = {}) {
  return new AdaBeliefDef({ learningRate, beta1, beta2, eps, weightDecay });
}
