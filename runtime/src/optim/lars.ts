import { logicalAnd, type Tensor, where, zerosLike } from '#tfjs';
import { MomentumParamState } from './momentum';
import { norm } from './norms';
import { OptimizerDef } from './optimizerDef';
import { type HyperParam, requireLearningRate, toScalar } from './scalars';

export interface LARSHyperParams {
  /** The step size. */
  learningRate: HyperParam | null;
  /** How much of the last step's momentum is kept. Default 0.9. */
  beta: HyperParam;
  /** How much of the parameter is added to its gradient. Default 0. */
  weightDecay: HyperParam;
  /** How far a layer is trusted to move, relative to its parameters' norm. Default 0.001. */
  trustCoefficient: HyperParam;
  /** Added to the gradient's norm, for numerical stability. Default 0. */
  eps: HyperParam;
  /** Whether to look one step ahead (Nesterov). Default false. */
  nesterov: boolean;
}

interface Coefficients {
  readonly rate: Tensor;
  readonly beta: Tensor;
  readonly decay: Tensor | undefined;
  readonly trust: Tensor;
  readonly eps: Tensor;
  readonly nesterov: boolean;
  readonly zero: Tensor;
  readonly one: Tensor;
}

class LARSDef extends OptimizerDef<LARSHyperParams, MomentumParamState, Coefficients> {
  override initParamState(param: Tensor): MomentumParamState {
    return new MomentumParamState(zerosLike(param));
  }

  override coefficients(_step: HyperParam, hyperParams: LARSHyperParams): Coefficients {
    const { beta, weightDecay, trustCoefficient, eps, nesterov } = hyperParams;
    return {
      rate: toScalar(requireLearningRate(hyperParams)),
      beta: toScalar(beta),
      decay: weightDecay === 0 ? undefined : toScalar(weightDecay),
      trust: toScalar(trustCoefficient),
      eps: toScalar(eps),
      nesterov,
      zero: toScalar(0),
      one: toScalar(1),
    };
  }

  override applyParamGradient(
    _step: HyperParam,
    { rate, beta, decay, trust, eps, nesterov, zero, one }: Coefficients,
    param: Tensor,
    state: MomentumParamState,
    grad: Tensor,
  ) {
    const [paramNorm, gradNorm] = [norm(param), norm(grad)];
    const decayedNorm = decay === undefined ? gradNorm : gradNorm.add(paramNorm.mul(decay));
    const ratio = paramNorm.mul(trust).div(decayedNorm.add(eps));
    // Parameters that are all zero move as well: Flax 0.1.0 left them where they were.
    const scale = where(logicalAnd(gradNorm.notEqual(zero), paramNorm.notEqual(zero)), ratio, one).mul(rate);
    const decayed = decay === undefined ? grad : grad.add(param.mul(decay));
    const scaled = decayed.mul(scale);
    const momentum = state.momentum.mul(beta).add(scaled);
    const direction = nesterov ? scaled.add(momentum.mul(beta)) : momentum;
    return [param.sub(direction), new MomentumParamState(momentum)] as const;
  }
}

/** Momentum whose steps are as long as the layer's parameters are large (You et al. 2017, arXiv:1708.03888). */
export function LARS({
  learningRate = null,
  beta = 0.9,
  weightDecay = 0,
  trustCoefficient = 0.001,
  eps = 0,
  nesterov = false,
}: Partial<LARSHyperParams> = {}) {
  return new LARSDef({ learningRate, beta, weightDecay, trustCoefficient, eps, nesterov });
}
