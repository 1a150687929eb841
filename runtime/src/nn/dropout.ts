/** Dropout (flax.nn.dropout; Srivastava et al. 2014). */
import { type Tensor, where, zerosLike } from '#tfjs';
import { type ArrayLike, asFloat } from '../numpy/array';
import { bernoulli } from '../random/index';
import { makeRng } from './stochastic';

export interface DropoutOptions {
  /** Whether to return the input as it is, as evaluation needs it. Default false. */
  deterministic?: boolean;
  /** The key that decides which elements go. Default nn.makeRng(), which needs nn.stochastic around. */
  rng?: Tensor;
}

/**
 * The input with each element set to 0 with probability `rate`, the others divided by `1 - rate`: f32 of its shape.
 * Throws without a key outside of nn.stochastic.
 */
export function dropout(inputs: ArrayLike, rate: number, { deterministic = false, rng }: DropoutOptions = {}): Tensor {
  if (!(rate >= 0 && rate <= 1)) {
    throw new RangeError(`nn.dropout: the rate is a probability from 0 to 1, got ${String(rate)}.`);
  }
  const x = asFloat(inputs);
  if (rate === 0 || deterministic) return x;
  // Dividing by 0 would make the gradient NaN.
  if (rate === 1) return zerosLike(x);
  const kept = bernoulli(rng ?? makeRng(), 1 - rate, x.shape);
  return where(kept, x.div(1 - rate), zerosLike(x));
}
