/** Gradients of special functions, of powers and of rounding, which are written as JAX has them. */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { type GradientRules, registerGradients, unbroadcast } from './gradientRule';

/** Piecewise constant: the gradient is 0. */
const none = (...names: string[]) => ({
  inputs: names,
  grad: (_: tf.Tensor, saved: readonly tf.Tensor[]) =>
    Object.fromEntries(names.map((name, i) => [name, () => tf.zerosLike(saved[i] as tf.Tensor)])),
});

const notDifferentiable = (op: string, operand: string) => (): never => {
  throw new Error(`grad: ${op} has no gradient with respect to ${operand}, as in JAX.`);
};

/** Of the regularized lower incomplete gamma function with respect to `x`: x^(a-1) e^-x / Γ(a). */
function gammaDensity(a: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const powers = tf.mul(tf.sub(a, 1), tf.log(x));
  return tf.exp(tf.sub(tf.sub(powers, x), runOp('Lgamma', { x: a })));
}

/** Of the regularized incomplete beta function with respect to `x`. */
function betaDensity(a: tf.Tensor, b: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const logBeta = tf.sub(
    tf.add(runOp('Lgamma', { x: a }), runOp('Lgamma', { x: b })),
    runOp('Lgamma', { x: tf.add(a, b) }),
  );
  const powers = tf.add(tf.mul(tf.sub(b, 1), tf.log1p(tf.neg(x))), tf.mul(tf.sub(a, 1), tf.log(x)));
  return tf.exp(tf.sub(powers, logBeta));
}

/** Of Igamma and, with the opposite sign, Igammac; their operands are called x and y. */
const incompleteGamma = (sign: 1 | -1): GradientRules[string] => ({
  inputs: ['x', 'y'],
  grad: (dy, [a, x]) => ({
    x: () => unbroadcast(tf.mul(tf.mul(dy, sign), runOp('IgammaGradA', { x: a, y: x })), a),
    y: () => unbroadcast(tf.mul(tf.mul(dy, sign), gammaDensity(a, x)), x),
  }),
});

const gradientRules: GradientRules = {
  BesselI0e: {
    inputs: ['x'],
    output: true,
    grad: (dy, [x, y]) => ({
      x: () => tf.mul(dy, tf.sub(runOp('BesselI1e', { x }), tf.mul(tf.sign(x), y))),
    }),
  },

  // 1/2 at 0.
  BesselI1e: {
    inputs: ['x'],
    output: true,
    grad: (dy, [x, y]) => ({
      x: () => {
        const atZero = tf.equal(x, 0);
        const safe = tf.where(atZero, tf.onesLike(x), x);
        const slope = tf.sub(runOp('BesselI0e', { x }), tf.mul(y, tf.add(tf.sign(safe), tf.reciprocal(safe))));
        return tf.mul(dy, tf.where(atZero, tf.fill(x.shape, 0.5), slope));
      },
    }),
  },

  Digamma: {
    inputs: ['x'],
    grad: (dy, [x]) => ({ x: () => tf.mul(dy, runOp('Polygamma', { x: tf.onesLike(x), y: x })) }),
  },

  Erfc: {
    inputs: ['x'],
    grad: (dy, [x]) => ({
      x: () => tf.mul(dy, tf.mul(-2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x))))),
    }),
  },

  Erfinv: {
    output: true,
    grad: (dy, [y]) => ({ x: () => tf.mul(dy, tf.mul(Math.sqrt(Math.PI) / 2, tf.exp(tf.square(y)))) }),
  },

  Lgamma: {
    inputs: ['x'],
    grad: (dy, [x]) => ({ x: () => tf.mul(dy, runOp('Digamma', { x })) }),
  },

  Polygamma: {
    inputs: ['x', 'y'],
    grad: (dy, [order, x]) => ({
      x: notDifferentiable('polygamma', 'its order'),
      y: () => unbroadcast(tf.mul(dy, runOp('Polygamma', { x: tf.add(order, 1), y: x })), x),
    }),
  },

  Igamma: incompleteGamma(1),
  Igammac: incompleteGamma(-1),

  Betainc: {
    inputs: ['a', 'b', 'x'],
    grad: (dy, [a, b, x]) => ({
      a: notDifferentiable('betainc', 'a'),
      b: notDifferentiable('betainc', 'b'),
      x: () => tf.mul(dy, betaDensity(a, b, x)),
    }),
  },

  TruncateMod: {
    inputs: ['x', 'y'],
    grad: (dy, [x, y]) => ({
      x: () => unbroadcast(dy, x),
      y: () => {
        const quotient = tf.div(x, y);
        const whole = tf.mul(tf.sign(quotient), tf.floor(tf.abs(quotient)));
        return unbroadcast(tf.neg(tf.mul(dy, whole)), y);
      },
    }),
  },

  // NaN with respect to the exponent of a negative base.
  Pow: {
    inputs: ['a', 'b'],
    output: true,
    grad: (dy, [a, b, y]) => ({
      a: () => {
        const less = tf.where(tf.equal(b, 0), tf.onesLike(b), tf.sub(b, 1));
        return unbroadcast(tf.mul(dy, tf.mul(b, tf.pow(a, less))), a);
      },
      b: () => {
        const base = tf.where(tf.equal(a, 0), tf.onesLike(a), a);
        return unbroadcast(tf.mul(dy, tf.mul(y, tf.log(base))), b);
      },
    }),
  },

  FloorDiv: none('a', 'b'),
  NextAfter: none('x', 'y'),
  Rint: none('x'),
};

registerGradients(gradientRules);
