import type { Tensor } from '#tfjs';
import { type HyperParam, OptimizerDef, requireLearningRate } from './optimizer';

export interface GradientDescentHyperParams {
  /** The step size. */
  learningRate: HyperParam | null;
}

class GradientDescentDef extends OptimizerDef<GradientDescentHyperParams, readonly []> {
  override initParamState(): readonly [] {
    return [];
  }

  override applyParamGradient(
    _step: HyperParam,
    hyperParams: GradientDescentHyperParams,
    param: Tensor,
    state: readonly [],
    grad: Tensor,
  ) {
    return [param.sub(grad.mul(requireLearningRate(hyperParams))), state] as const;
  }
}

/** Steps against the gradient: `param - learningRate * grad`. */
export function GradientDescent({ learningRate = null }: Partial<GradientDescentHyperParams> = {}) {
  return new GradientDescentDef({ learningRate });
}
