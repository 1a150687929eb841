import { type Tensor, zerosLike } from '#tfjs';
import * as tree from '../tree';
import { type HyperParam, OptimizerDef, requireLearningRate } from './optimizer';

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

export class MomentumParamState {
  constructor(readonly momentum: Tensor) {}
}

tree.registerPytreeNode(MomentumParamState, {
  flatten: ({ momentum }) => ({ children: [momentum], keys: ['momentum'] }),
  unflatten: (_, [momentum]) => new MomentumParamState(momentum as Tensor),
});

class MomentumDef extends OptimizerDef<MomentumHyperParams, MomentumParamState> {
  override initParamState(param: Tensor): MomentumParamState {
    return new MomentumParamState(zerosLike(param));
  }

  override applyParamGradient(
    _step: HyperParam,
    hyperParams: MomentumHyperParams,
    param: Tensor,
    state: MomentumParamState,
    grad: Tensor,
  ) {
    const { beta, weightDecay, nesterov } = hyperParams;
    const decayed = weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
    const momentum = state.momentum.mul(beta).add(decayed);
    const direction = nesterov ? decayed.add(momentum.mul(beta)) : momentum;
    const newParam = param.sub(direction.mul(requireLearningRate(hyperParams)));
    return [newParam, new MomentumParamState(momentum)] as const;
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
