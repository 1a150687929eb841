/** How samples move with their bounds, the random bits held fixed (reparametrization), as in JAX. */
import { broadcast_util, exp, maximum, type NamedAttrMap, registerGradient, sub, type Tensor } from '#tfjs';
import { TF_CONSTANTS as TF } from '../bindings/binding';
import { runPrimitive } from '../bindings/randomKernels';

/** The least normal float32. */
const TINY = 2 ** -126;

/** The uniform values of [0, 1) behind a sample. */
function unit(key: Tensor, attrs: NamedAttrMap): Tensor {
  return runPrimitive('DistaffRandomUnit', { key }, attrs as Record<string, string>);
}

/** Sums a gradient over what its bound was broadcast to. */
function sumTo(dx: Tensor, { shape }: Tensor): Tensor {
  return dx.sum(broadcast_util.getReductionAxes(shape, dx.shape)).reshape(shape);
}

registerGradient({
  kernelName: 'DistaffRandomUniform',
  inputsToSave: ['key', 'minval', 'maxval'],
  gradFunc: (dy, saved, attrs) => {
    const [key, minval, maxval] = saved as [Tensor, Tensor, Tensor];
    return {
      minval: () => sumTo(sub(1, unit(key, attrs)).mul(dy as Tensor), minval),
      maxval: () => sumTo(unit(key, attrs).mul(dy as Tensor), maxval),
    };
  },
});

registerGradient({
  kernelName: 'DistaffRandomTruncatedNormal',
  inputsToSave: ['key', 'lower', 'upper'],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [key, lower, upper, x] = saved as [Tensor, Tensor, Tensor, Tensor];
    // The normal density at the bound over that at x.
    const densities = (bound: Tensor) => x.square().sub(bound.square()).div(2).exp();
    return {
      lower: () =>
        sumTo(
          sub(1, unit(key, attrs))
            .mul(densities(lower))
            .mul(dy as Tensor),
          lower,
        ),
      upper: () =>
        sumTo(
          unit(key, attrs)
            .mul(densities(upper))
            .mul(dy as Tensor),
          upper,
        ),
    };
  },
});

registerGradient({
  kernelName: 'DistaffRandomGamma',
  inputsToSave: ['a'],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [a, x] = saved as [Tensor, Tensor];
    return {
      a: () => {
        // d log(x) = dx / x, where x may have been rounded to 0.
        const value = attrs.log_space ? maximum(exp(x), TINY) : x;
        const moves = runPrimitive('RandomGammaGrad', { alpha: a, sample: value }, { T: TF.TF_FLOAT });
        return sumTo((attrs.log_space ? moves.div(value) : moves).mul(dy as Tensor), a);
      },
    };
  },
});
