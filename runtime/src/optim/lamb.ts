import { type Tensor, where } from '#tfjs';
import { MomentsParamState, momentCoefficients, moved, zeroMoments } from './moments';
import { norm } from './norms';
import { OptimizerDef } from './optimizerDef';
import { type HyperParam, requireLearningRate, toScalar } from './scalars';

export interface LAMBHyperParams {
  /** The step size. */
  learningRate: HyperParam | null;
  /** How much of the gradient's moving average is kept. Default 0.9. */
  beta1: HyperParam;
  /** How much of the squared gradient's moving average is kept. Default 0.999. */
  beta2: HyperParam;
  /** How much of the parameter is added to its update. Default 0. */
  weightDecay: HyperParam;
  /** Added to the gradient's magnitude, for numerical stability. Default 1e-6. */
  eps: HyperParam;
}

interface Coefficients {
  readonly mixing1: Tensor;
  readonly mixing2: Tensor;
  readonly meanScale: Tensor;
  readonly eps: Tensor;
  readonly rate: Tensor;
  readonly decay: Tensor | undefined;
  readonly zero: Tensor;
  readonly one: Tensor;
}

class LAMBDef extends OptimizerDef<LAMBHyperParams, MomentsParamState, Coefficients> {
  override initParamState(param: Tensor): MomentsParamState {
    return zeroMoments(param);
  }

  override coefficients(step: HyperParam, hyperParams: LAMBHyperParams): Coefficients {
    const { weightDecay } = hyperParams;
    const coefficients = momentCoefficients(step, hyperParams);
    return {
      ...coefficients,
      meanScale: toScalar(coefficients.meanScale),
      rate: toScalar(requireLearningRate(hyperParams)),
      decay: weightDecay === 0 ? undefined : toScalar(weightDecay),
      zero: toScalar(0),
      one: toScalar(1),
    };
  }

  override applyParamGradient(
    _step: HyperParam,
    { mixing1, mixing2, meanScale, eps, rate, decay, zero, one }: Coefficients,
    param: Tensor,
    state: MomentsParamState,
    grad: Tensor,
  ) {
    const gradEma = moved(state.gradEma, grad, mixing1);
    const gradSqEma = moved(state.gradSqEma, grad.square(), mixing2);
    const adapted = gradEma.mul(meanScale).div(gradSqEma.sqrt().add(eps));
    const update = decay === undefined ? adapted : adapted.add(param.mul(decay));
    const [paramNorm, updateNorm] = [norm(param), norm(update)];
    const trust = where(paramNorm.add(updateNorm).greater(zero), paramNorm.div(updateNorm), one);
    return [param.sub(update.mul(trust.mul(rate))), new MomentsParamState(gradEma, gradSqEma)] as const;
  }
}

/** As Adam, each step as long as the layer's parameters are large (You et al. 2019, arXiv:1904.00962). */
export function LAMB({
  learningRate = null,
  beta1 = 0.9,
  beta2 = 0.999,
  weightDecay = 0,
  eps = 1e-6,
}: Partial<LAMBHyperParams> = {}) {
  return new LAMBDef({ learningRate, beta1, beta2, weightDecay, eps });
}
