import { type Tensor, zerosLike } from '#tfjs';
import { moved } from './moments';
import { OptimizerDef } from './optimizerDef';
import { registerParamState } from './paramState';
import { type HyperParam, minus, requireLearningRate, toScalar } from './scalars';

export interface RMSPropHyperParams {
  /** The step size. */
  learningRate: HyperParam | null;
  /** How much of the squared gradient's moving average is kept. Default 0.9 (0.999 in Flax 0.1.0). */
  beta2: HyperParam;
  /** Added to the gradient's magnitude, for numerical stability. Default 1e-8. */
  eps: HyperParam;
  /** Whether steps are relative to the gradient's estimated variance rather than its second moment. Default false. */
  centered: boolean;
}

/** The moving averages of the squared gradient and, if centered, of the gradient. */
export class RMSPropParamState {
  constructor(
    /** The average of squared gradients. */
    readonly v: Tensor,
    /** The average of gradients, where it is centered. */
    readonly mg: Tensor | null,
  ) {}
}

registerParamState(
  RMSPropParamState,
  { v: 'v', mg: 'mg' },
  {
    // Flax 0.1 knew no centered steps.
    toStateDict: ({ v, mg }) => (mg === null ? { v } : { v, mg }),
    upgrade: (_, state) => ({ mg: null, ...state }),
  },
);

interface Coefficients {
  readonly rate: Tensor;
  readonly mixing: Tensor;
  readonly eps: Tensor;
}

class RMSPropDef extends OptimizerDef<RMSPropHyperParams, RMSPropParamState, Coefficients> {
  override initParamState(param: Tensor): RMSPropParamState {
    return new RMSPropParamState(zerosLike(param), this.hyperParams.centered ? zerosLike(param) : null);
  }

  override coefficients(_step: HyperParam, hyperParams: RMSPropHyperParams): Coefficients {
    const { beta2, eps } = hyperParams;
    return {
      rate: toScalar(requireLearningRate(hyperParams)),
      mixing: toScalar(minus(1, beta2)),
      eps: toScalar(eps),
    };
  }

  override applyParamGradient(
    _step: HyperParam,
    { rate, mixing, eps }: Coefficients,
    param: Tensor,
    state: RMSPropParamState,
    grad: Tensor,
  ) {
    const v = moved(state.v, grad.square(), mixing);
    const mg = state.mg === null ? null : moved(state.mg, grad, mixing);
    const spread = mg === null ? v : v.sub(mg.square());
    return [param.sub(grad.mul(rate).div(spread.sqrt().add(eps))), new RMSPropParamState(v, mg)] as const;
  }
}

/** Steps by the gradient relative to its moving magnitude (Tieleman & Hinton 2012). */
export function RMSProp({
  learningRate = null,
  beta2 = 0.9,
  eps = 1e-8,
  centered = false,
}: Partial<RMSPropHyperParams> = {}) {
  return new RMSPropDef({ learningRate, beta2, eps, centered });
}
