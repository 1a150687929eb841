import { type Tensor, zerosLike } from '#tfjs';
import { OptimizerDef } from './optimizerDef';
import { registerParamState } from './paramState';
import { type HyperParam, requireLearningRate, toScalar } from './scalars';

export interface MomentumHyperParams {
  /** The step size. */
  learningRate: HyperParam | null;
  /** How much of the last step's momentum is kept. Default 0.9. */
  beta: HyperParam;
  /** How much of the parameter is added to its gradient. Default 0. */
  weightDecay: HyperParam;
  /** Whether to look one step ahead (Nesterov). Default false. */
  nesterov: boolean;
}

/** The decaying sum of a parameter's gradients. */
export class MomentumParamState {
  constructor(
    /** The decaying sum of past gradients. */
    readonly momentum: Tensor,
  ) {}
}

registerParamState(MomentumParamState, { momentum: 'momentum' });

interface Coefficients {
  readonly rate: Tensor;
  readonly beta: Tensor;
  readonly decay: Tensor | undefined;
  readonly nesterov: boolean;
}

class MomentumDef extends OptimizerDef<MomentumHyperParams, MomentumParamState, Coefficients> {
  override initParamState(param: Tensor): MomentumParamState {
    return new MomentumParamState(zerosLike(param));
  }

  override coefficients(_step: HyperParam, hyperParams: MomentumHyperParams): Coefficients {
    const { beta, weightDecay, nesterov } = hyperParams;
    return {
      rate: toScalar(requireLearningRate(hyperParams)),
      beta: toScalar(beta),
      decay: weightDecay === 0 ? undefined : toScalar(weightDecay),
      nesterov,
    };
  }

  override applyParamGradient(
    _step: HyperParam,
    { rate, beta, decay, nesterov }: Coefficients,
    param: Tensor,
    state: MomentumParamState,
    grad: Tensor,
  ) {
    const decayed = decay === undefined ? grad : grad.add(param.mul(decay));
    const momentum = state.momentum.mul(beta).add(decayed);
    const direction = nesterov ? decayed.add(momentum.mul(beta)) : momentum;
    return [param.sub(direction.mul(rate)), new MomentumParamState(momentum)] as const;
  }
}

/** Gradient descent that keeps a decaying sum of past gradients. */
export function Momentum({
  learningRate = null,
  beta = 0.9,
  weightDecay = 0,
  nesterov = false,
}: Partial<MomentumHyperParams> = {}) {
  return new MomentumDef({ learningRate, beta, weightDecay, nesterov });
}
