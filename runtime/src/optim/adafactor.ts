import { maximum, mean, rsqrt, type Tensor, zeros } from '#tfjs';
import { moved } from './moments';
import { OptimizerDef } from './optimizerDef';
import { registerParamState } from './paramState';
import { asFloat, type HyperParam, minus, plus, power, requireLearningRate, toScalar } from './scalars';

export interface AdafactorHyperParams {
  /** The step size. Its natural scale is another one than Adam's. */
  learningRate: HyperParam | null;
  /** Whether to keep rows' and columns' averages of squared gradients instead of all of them. Default true. */
  factored: boolean;
  /** Whether the step size is relative to the parameter's root mean square. Default true. */
  multiplyByParameterScale: boolean;
  /** How much of the last step is kept (momentum, which takes memory). Default null: nothing. */
  beta1: HyperParam | null;
  /** How fast the squared gradients' average comes to keep all of itself. Default 0.8. */
  decayRate: HyperParam;
  /** The step at which fine-tuning started. Default 0. */
  stepOffset: HyperParam;
  /** The largest root mean square of an update before the step size; null for none. Default 1. */
  clippingThreshold: HyperParam | null;
  /** How much of the parameter each step takes off; null for nothing. Default null. */
  weightDecayRate: HyperParam | null;
  /** Parameters are factored where two axes have at least this size. Default 128. */
  minDimSizeToFactor: number;
  /** Added to squared gradients. Default 1e-30. */
  epsilon1: HyperParam;
  /** The least scale of a parameter. Default 1e-3. */
  epsilon2: HyperParam;
}

/** What Adafactor keeps of a parameter's gradients; what it does not use has the shape [1]. */
export class AdafactorParamState {
  constructor(
    /** The average of squared gradients over the largest axis. */
    readonly vRow: Tensor,
    /** The average of squared gradients over the second largest axis. */
    readonly vCol: Tensor,
    /** The average of squared gradients where it is not factored. */
    readonly v: Tensor,
    /** The average of steps, where `beta1` is given. */
    readonly m: Tensor,
  ) {}
}

registerParamState(AdafactorParamState, { vRow: 'v_row', vCol: 'v_col', v: 'v', m: 'm' });

interface Coefficients {
  readonly rate: Tensor;
  readonly mixing: Tensor;
  readonly mixing1: Tensor | undefined;
  readonly threshold: Tensor | undefined;
  readonly kept: Tensor | undefined;
  readonly one: Tensor;
  readonly epsilon1: Tensor;
  readonly epsilon2: Tensor;
}

const optional = (x: HyperParam | null) => (x === null ? undefined : toScalar(x));

class AdafactorDef extends OptimizerDef<AdafactorHyperParams, AdafactorParamState, Coefficients> {
  override initParamState({ shape }: Tensor): AdafactorParamState {
    const axes = this.#factoredAxes(shape);
    const without = (axis: number) => shape.filter((_, i) => i !== axis);
    const vRow = zeros(axes === undefined ? [1] : without(axes.largest));
    const vCol = zeros(axes === undefined ? [1] : without(axes.second));
    const v = zeros(axes === undefined ? shape : [1]);
    return new AdafactorParamState(vRow, vCol, v, zeros(this.hyperParams.beta1 === null ? [1] : shape));
  }

  override coefficients(step: HyperParam, hyperParams: AdafactorHyperParams): Coefficients {
    const { beta1, decayRate, stepOffset, clippingThreshold, weightDecayRate, epsilon1, epsilon2 } = hyperParams;
    const count = plus(minus(asFloat(step), asFloat(stepOffset)), 1);
    return {
      rate: toScalar(requireLearningRate(hyperParams)),
      // The average keeps 1 - count ** -decayRate of itself.
      mixing: toScalar(power(count, minus(0, decayRate))),
      mixing1: beta1 === null ? undefined : toScalar(minus(1, beta1)),
      threshold: optional(clippingThreshold),
      kept: weightDecayRate === null ? undefined : toScalar(minus(1, weightDecayRate)),
      one: toScalar(1),
      epsilon1: toScalar(epsilon1),
      epsilon2: toScalar(epsilon2),
    };
  }

  override applyParamGradient(
    _step: HyperParam,
    coefficients: Coefficients,
    param: Tensor,
    state: AdafactorParamState,
    grad: Tensor,
  ) {
    const { mixing1, threshold, kept, one } = coefficients;
    const [relative, averages] = this.#relative(coefficients, state, grad);
    const clipped =
      threshold === undefined ? relative : relative.div(maximum(one, rootMeanSquare(relative).div(threshold)));
    const update = clipped.mul(this.#stepSize(coefficients, param));
    const m = mixing1 === undefined ? state.m : moved(state.m, update, mixing1);
    const left = kept === undefined ? param : param.mul(kept);
    const newParam = left.sub(mixing1 === undefined ? update : m);
    return [newParam, new AdafactorParamState(averages.vRow, averages.vCol, averages.v, m)] as const;
  }

  /** The gradient relative to the root of its average square, and that average's parts. */
  #relative(
    { mixing, epsilon1 }: Coefficients,
    state: AdafactorParamState,
    grad: Tensor,
  ): [Tensor, Pick<AdafactorParamState, 'vRow' | 'vCol' | 'v'>] {
    const square = grad.square().add(epsilon1);
    const axes = this.#factoredAxes(grad.shape);
    if (axes === undefined) {
      const v = moved(state.v, square, mixing);
      return [grad.mul(rsqrt(v)), { vRow: state.vRow, vCol: state.vCol, v }];
    }
    const { largest, second } = axes;
    const vRow = moved(state.vRow, mean(square, largest), mixing);
    const vCol = moved(state.vCol, mean(square, second), mixing);
    const rows = rsqrt(vRow.div(mean(vRow, second > largest ? second - 1 : second, true)));
    const relative = grad.mul(rows.expandDims(largest)).mul(rsqrt(vCol).expandDims(second));
    return [relative, { vRow, vCol, v: state.v }];
  }

  #stepSize({ rate, epsilon2 }: Coefficients, param: Tensor): Tensor {
    return this.hyperParams.multiplyByParameterScale ? rate.mul(maximum(rootMeanSquare(param), epsilon2)) : rate;
  }

  /** The two largest axes, if the parameter is factored over them. */
  #factoredAxes(shape: readonly number[]): { largest: number; second: number } | undefined {
    const { factored, minDimSizeToFactor } = this.hyperParams;
    if (!factored || shape.length < 2) return undefined;
    const size = (axis: number) => shape[axis] as number;
    const [second, largest] = [...shape.keys()].sort((a, b) => size(a) - size(b)).slice(-2) as [number, number];
    return size(second) < minDimSizeToFactor ? undefined : { largest, second };
  }
}

function rootMeanSquare(x: Tensor): Tensor {
  return x.square().mean().sqrt();
}

/**
 * Relative steps as Adam's with far less memory: of squared gradients only rows' and columns' averages are kept (Shazeer
 * & Stern 2018, arXiv:1804.04235).
 */
export function Adafactor({
  learningRate = null,
  factored = true,
  multiplyByParameterScale = true,
  beta1 = null,
  decayRate = 0.8,
  stepOffset = 0,
  clippingThreshold = 1,
  weightDecayRate = null,
  minDimSizeToFactor = 128,
  epsilon1 = 1e-30,
  epsilon2 = 1e-3,
}: Partial<AdafactorHyperParams> = {}) {
  return new AdafactorDef({
    learningRate,
    factored,
    multiplyByParameterScale,
    beta1,
    decayRate,
    stepOffset,
    clippingThreshold,
    weightDecayRate,
    minDimSizeToFactor,
    epsilon1,
    epsilon2,
  });
}
