/** Functions of each element, under lax's names. Dtypes promote and shapes broadcast, which JAX's lax leaves to jnp. */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { type ArrayLike, asarray, asNumeric, type DType, int32, promoted } from '../numpy/array';
import * as jnp from '../numpy/elementwise';
import * as logic from '../numpy/logic';
import { ofFloat } from '../numpy/makers';
import * as rounding from '../numpy/rounding';
import * as signs from '../numpy/signs';
import * as trigonometry from '../numpy/trigonometry';

/** The absolute value. Its gradient at 0 is 1, as in JAX. */
export const abs = jnp.abs;
/** The angle in [0, π] with this cosine. */
export const acos = trigonometry.arccos;
/** Inverse hyperbolic cosine, of numbers ≥ 1. */
export const acosh = trigonometry.arccosh;
/** Sum. */
export const add = jnp.add;
/** The angle in [-π/2, π/2] with this sine. */
export const asin = trigonometry.arcsin;
/** Inverse hyperbolic sine. */
export const asinh = trigonometry.arcsinh;
/** The angle in (-π/2, π/2) with this tangent. */
export const atan = trigonometry.arctan;
/** The angle in [-π, π] of the point (y, x). */
export const atan2 = trigonometry.arctan2;
/** Inverse hyperbolic tangent, of numbers in (-1, 1). */
export const atanh = trigonometry.arctanh;
/** Rounded up. */
export const ceil = rounding.ceil;
/** Cosine, of radians. */
export const cos = trigonometry.cos;
/** Hyperbolic cosine. */
export const cosh = trigonometry.cosh;
/** e to the power of each element. */
export const exp = jnp.exp;
/** e to the power of each element, minus 1; exact near 0. */
export const expm1 = jnp.expm1;
/** Rounded down. */
export const floor = rounding.floor;
/** Natural logarithm. */
export const log = jnp.log;
/** Natural logarithm of 1 + x; exact near 0. */
export const log1p = jnp.log1p;
/** The larger of two. Where they are equal each gets half of the gradient, as in JAX. */
export const max = jnp.maximum;
/** The smaller of two. Where they are equal each gets half of the gradient, as in JAX. */
export const min = jnp.minimum;
/** Product. */
export const mul = jnp.multiply;
/** The negative. */
export const neg = jnp.negative;
/** The float32 next to `x` in the direction of `y`. */
export const nextafter = signs.nextafter;
/** `x` to the power `y`. */
export const pow = jnp.power;
/** 1 / x. */
export const reciprocal = jnp.reciprocal;
/** Remainder, with the dividend's sign. */
export const rem = jnp.fmod;
/** -1, 0 or 1. */
export const sign = jnp.sign;
/** Sine, of radians. */
export const sin = trigonometry.sin;
/** Hyperbolic sine. */
export const sinh = trigonometry.sinh;
/** Square root. */
export const sqrt = jnp.sqrt;
/** The square. */
export const square = jnp.square;
/** Difference. */
export const sub = jnp.subtract;
/** Tangent, of radians. */
export const tan = trigonometry.tan;
/** Hyperbolic tangent. */
export const tanh = trigonometry.tanh;
/** Whether x = y. */
export const eq = logic.equal;
/** Whether x ≠ y. */
export const ne = logic.notEqual;
/** Whether x < y. */
export const lt = logic.less;
/** Whether x ≤ y. */
export const le = logic.lessEqual;
/** Whether x > y. */
export const gt = logic.greater;
/** Whether x ≥ y. */
export const ge = logic.greaterEqual;
export {
  /** Whether it is neither infinite nor NaN. */
  isfinite as isFinite,
} from '../numpy/logic';

/** 1 / sqrt(x). */
export const rsqrt = ofFloat(tf.rsqrt);

/** Quotient; of two whole numbers rounded towards 0. */
export function div(x: ArrayLike, y: ArrayLike): tf.Tensor {
  const [a, b] = promoted([asNumeric(x), asNumeric(y)]) as [tf.Tensor, tf.Tensor];
  return a.dtype === int32 ? runOp('TruncateDiv', { x: a, y: b }) : tf.div(a, b);
}

/** Rounded to the nearest whole number; halves away from 0 (jnp.round takes the even neighbour). */
export function round(x: ArrayLike): tf.Tensor {
  const from = asNumeric(x);
  if (from.dtype === int32) return from;
  const size = tf.abs(from);
  const down = tf.floor(size);
  const up = tf.cast(tf.greaterEqual(tf.sub(size, down), 0.5), 'float32');
  return tf.mul(tf.sign(from), tf.add(down, up));
}

/** `x` limited to `low` and `high`: `clamp(low, x, high)`. */
export function clamp(low: ArrayLike, x: ArrayLike, high: ArrayLike): tf.Tensor {
  return jnp.minimum(jnp.maximum(low, x), high);
}

/** The elements in another dtype. */
export function convertElementType(x: ArrayLike, dtype: DType): tf.Tensor {
  return asarray(x, dtype);
}
