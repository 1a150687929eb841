import { mean as meanOf, relu, type Tensor } from '#tfjs';

/**
 * The mean of squares minus the square of the mean, as Flax works the variance out: with the same rounding, however near
 * to each other the elements are. `across` combines the means of several devices. Not below 0, which rounding could make it and which has no root.
 */
export function varianceAround(x: Tensor, mean: Tensor, axes: number[], across = (part: Tensor) => part): Tensor {
  return relu(across(meanOf(x.square(), axes, true)).sub(mean.square()));
}
