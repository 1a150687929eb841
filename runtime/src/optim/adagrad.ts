import { type Tensor, zerosLike } from '#tfjs';
import { OptimizerDef } from './optimizerDef';
import { registerParamState } from './paramState';
import { type HyperParam, requireLearningRate, toScalar } from './scalars';

export interface AdagradHyperParams {
  /** The step size. */
  learningRate: HyperParam | null;
  /** Added to the root of the squares' sum, for numerical stability. Default 1e-8. */
  eps: HyperParam;
}

/** What Adagrad keeps of a parameter's gradients. */
export class AdagradParamState {
  constructor(
    /** The sum of the squared gradients. */
    readonly G: Tensor,
  ) {}
}

registerParamState(AdagradParamState, { G: 'G' });

interface Coefficients {
  readonly rate: Tensor;
  readonly eps: Tensor;
}

class AdagradDef extends OptimizerDef<AdagradHyperParams, AdagradParamState, Coefficients> {
  override initParamState(param: Tensor): AdagradParamState {
    return new AdagradParamState(zerosLike(param));
  }

  override coefficients(_step: HyperParam, hyperParams: AdagradHyperParams): Coefficients {
    return { rate: toScalar(requireLearningRate(hyperParams)), eps: toScalar(hyperParams.eps) };
  }

  override applyParamGradient(
    _step: HyperParam,
    { rate, eps }: Coefficients,
    param: Tensor,
    state: AdagradParamState,
    grad: Tensor,
  ) {
    const G = state.G.add(grad.square());
    return [param.sub(grad.mul(rate).div(G.sqrt().add(eps))), new AdagradParamState(G)] as const;
  }
}

/** Steps relative to the root of all squared gradients' sum (Duchi et al. 2011). */
export function Adagrad({ learningRate = null, eps = 1e-8 }: Partial<AdagradHyperParams> = {}) {
  return new AdagradDef({ learningRate, eps });
}
