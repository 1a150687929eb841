/** Special functions, float32. */
import * as tf from '#tfjs';
import { runOp, type TensorFlowOpName } from '../bindings/tensorFlowOps';
import { type ArrayLike, asFloat } from '../numpy/array';
import { ofFloat, ofFloats } from '../numpy/makers';
import { broadcastArrays } from '../numpy/manipulation';

const unary = (name: TensorFlowOpName) => ofFloat((x) => runOp(name, { x }));
const binary = (name: TensorFlowOpName) => ofFloats((x, y) => runOp(name, { x, y }));

/** The error function. */
export const erf = ofFloat(tf.erf);
/** 1 - erf(x), exact where erf(x) is near 1. */
export const erfc = unary('Erfc');
/** The inverse of the error function, of numbers in (-1, 1). */
export const erfInv = unary('Erfinv');
/** The logarithm of the gamma function's absolute value. */
export const lgamma = unary('Lgamma');
/** The derivative of the gamma function's logarithm. */
export const digamma = unary('Digamma');
/** The modified Bessel function of order 0, times e^-|x|. */
export const besselI0e = unary('BesselI0e');
/** The modified Bessel function of order 1, times e^-|x|. */
export const besselI1e = unary('BesselI1e');
/** The regularized lower incomplete gamma function: `igamma(a, x)`. */
export const igamma = binary('Igamma');
/** The regularized upper incomplete gamma function: `igammac(a, x)`. */
export const igammac = binary('Igammac');
/** The derivative of `igamma(a, x)` with respect to `a`; it has none itself. */
export const igammaGradA = binary('IgammaGradA');

/** The regularized incomplete beta function. Its gradient is with respect to `x` only, as in JAX. */
export function betainc(a: ArrayLike, b: ArrayLike, x: ArrayLike): tf.Tensor {
  const [p, q, at] = broadcastArrays(asFloat(a), asFloat(b), asFloat(x)) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return runOp('Betainc', { a: p, b: q, x: at });
}
