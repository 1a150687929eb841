import { type Tensor, zerosLike } from '#tfjs';
import { moved } from './moments';
import { OptimizerDef } from './optimizerDef';
import { registerParamState } from './paramState';
import { type HyperParam, minus, requireLearningRate, times, toScalar } from './scalars';

export interface AdadeltaHyperParams {
  /** A factor of the step, which has the parameter's own scale without it. */
  learningRate: HyperParam | null;
  /** How much of the moving averages is kept. Default 0.9. */
  rho: HyperParam;
  /** Added to both moving averages before their roots, for numerical stability. Default 1e-6. */
  eps: HyperParam;
  /** How much of the parameter each step takes off, relative to the learning rate. Default 0. */
  weightDecay: HyperParam;
}

/** The moving averages of the squared gradients and of the squared steps. */
export class AdadeltaParamState {
  constructor(
    /** The average of squared gradients. */
    readonly sqAvg: Tensor,
    /** The average of squared steps. */
    readonly accDelta: Tensor,
  ) {}
}

registerParamState(AdadeltaParamState, { sqAvg: 'sq_avg', accDelta: 'acc_delta' });

interface Coefficients {
  readonly rate: Tensor;
  readonly mixing: Tensor;
  readonly eps: Tensor;
  readonly kept: Tensor | undefined;
}

class AdadeltaDef extends OptimizerDef<AdadeltaHyperParams, AdadeltaParamState, Coefficients> {
  override initParamState(param: Tensor): AdadeltaParamState {
    return new AdadeltaParamState(zerosLike(param), zerosLike(param));
  }

  override coefficients(_step: HyperParam, hyperParams: AdadeltaHyperParams): Coefficients {
    const { rho, eps, weightDecay } = hyperParams;
    const learningRate = requireLearningRate(hyperParams);
    return {
      rate: toScalar(learningRate),
      mixing: toScalar(minus(1, rho)),
      eps: toScalar(eps),
      kept: weightDecay === 0 ? undefined : toScalar(minus(1, times(learningRate, weightDecay))),
    };
  }

  override applyParamGradient(
    _step: HyperParam,
    { rate, mixing, eps, kept }: Coefficients,
    param: Tensor,
    state: AdadeltaParamState,
    grad: Tensor,
  ) {
    const sqAvg = moved(state.sqAvg, grad.square(), mixing);
    const delta = state.accDelta.add(eps).div(sqAvg.add(eps)).sqrt().mul(grad);
    const left = kept === undefined ? param : param.mul(kept);
    const accDelta = moved(state.accDelta, delta.square(), mixing);
    return [left.sub(delta.mul(rate)), new AdadeltaParamState(sqAvg, accDelta)] as const;
  }
}

/** Steps in the proportion of past steps' magnitude to past gradients' (Zeiler 2012, arXiv:1212.5701). */
export function Adadelta({
  learningRate = null,
  rho = 0.9,
  eps = 1e-6,
  weightDecay = 0,
}: Partial<AdadeltaHyperParams> = {}) {
  return new AdadeltaDef({ learningRate, rho, eps, weightDecay });
}
