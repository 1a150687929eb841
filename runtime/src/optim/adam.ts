import { pow, scalar, sub, type Tensor, zerosLike } from '#tfjs';
import * as tree from '../tree';
import { type HyperParam, OptimizerDef, requireLearningRate } from './optimizer';

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

export class AdamParamState {
  constructor(
    readonly gradEma: Tensor,
    readonly gradSqEma: Tensor,
  ) {}
}

tree.registerPytreeNode(AdamParamState, {
  flatten: ({ gradEma, gradSqEma }) => ({ children: [gradEma, gradSqEma], keys: ['gradEma', 'gradSqEma'] }),
  unflatten: (_, [gradEma, gradSqEma]) => new AdamParamState(gradEma as Tensor, gradSqEma as Tensor),
});

class AdamDef extends OptimizerDef<AdamHyperParams, AdamParamState> {
  override initParamState(param: Tensor): AdamParamState {
    return new AdamParamState(zerosLike(param), zerosLike(param));
  }

  override applyParamGradient(
    step: HyperParam,
    hyperParams: AdamHyperParams,
    param: Tensor,
    state: AdamParamState,
    grad: Tensor,
  ) {
    const { beta1, beta2, eps, weightDecay } = hyperParams;
    const learningRate = requireLearningRate(hyperParams);
    const gradEma = movingAverage(beta1, state.gradEma, grad);
    const gradSqEma = movingAverage(beta2, state.gradSqEma, grad.square());
    const mean = gradEma.div(biasCorrection(beta1, step));
    const magnitude = gradSqEma.div(biasCorrection(beta2, step)).sqrt().add(eps);
    const stepped = param.sub(mean.mul(learningRate).div(magnitude));
    const newParam = weightDecay === 0 ? stepped : stepped.sub(param.mul(weightDecay).mul(learningRate));
    return [newParam, new AdamParamState(gradEma, gradSqEma)] as const;
  }
}

function movingAverage(beta: HyperParam, average: Tensor, value: Tensor): Tensor {
  return average.mul(beta).add(value.mul(complement(beta)));
}

/** Averages that start at zero are too small by this factor: `1 - beta ** (step + 1)`. */
function biasCorrection(beta: HyperParam, step: HyperParam): HyperParam {
  if (typeof beta === 'number' && typeof step === 'number') return 1 - beta ** (step + 1);
  return complement(pow(beta, typeof step === 'number' ? scalar(step + 1) : step.add(1)));
}

function complement(x: HyperParam): HyperParam {
  return typeof x === 'number' ? 1 - x : sub(1, x);
}

/** Steps by the gradient's moving average, relative to its moving magnitude (Kingma & Ba 2014). */
export function Adam({
  learningRate = null,
  beta1 = 0.9,
  beta2 = 0.999,
  eps = 1e-8,
  weightDecay = 0,
}: Partial<AdamHyperParams> = {}) {
  return new AdamDef({ learningRate, beta1, beta2, eps, weightDecay });
}
