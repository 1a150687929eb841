import type { Tensor } from '#tfjs';
import { OptimizerDef } from './optimizerDef';
import { type HyperParam, requireLearningRate, toScalar } from './scalars';

export interface GradientDescentHyperParams {
  /** The step size. */
  learningRate: HyperParam | null;
}

class GradientDescentDef extends OptimizerDef<GradientDescentHyperParams, readonly [], Tensor> {
  override initParamState(): readonly [] {
    return [];
  }

  override coefficients(_step: HyperParam, hyperParams: GradientDescentHyperParams) {
    return toScalar(requireLearningRate(hyperParams));
  }

  override applyParamGradient(_step: HyperParam, rate: Tensor, param: Tensor, state: readonly [], grad: Tensor) {
    return [param.sub(grad.mul(rate)), state] as const;
  }
}

/** Steps against the gradient: `param - learningRate * grad`. */
export function GradientDescent({ learningRate = null }: Partial<GradientDescentHyperParams> = {}) {
  return new GradientDescentDef({ learningRate });
}
