/**
 * Gradients of kernels that activations and normalization are made of: those of tfjs lose digits, overflow, or cannot be
 * differentiated again.
 */
import * as tf from '#tfjs';
import { type GradientRules, registerGradients } from './gradientRule';

const SELU_SCALE = 1.0507009873554805;
const SELU_SCALE_ALPHA = 1.7580993408473768;

const gradientRules: GradientRules = {
  // tfjs takes a power of 1.5, which is slow and rounds more.
  Rsqrt: {
    inputs: ['x'],
    output: true,
    grad: (dy, [x, y]) => ({ x: () => tf.mul(dy, tf.mul(tf.div(y, x), -0.5)) }),
  },

  Elu: {
    inputs: ['x'],
    output: true,
    grad: (dy, [x, y]) => ({ x: () => tf.mul(dy, tf.where(tf.greater(x, 0), tf.onesLike(x), tf.add(y, 1))) }),
  },

  // Of the branch that is not taken the exponential would overflow.
  Selu: {
    inputs: ['x'],
    output: true,
    grad: (dy, [x, y]) => ({
      x: () => tf.mul(dy, tf.where(tf.greater(x, 0), tf.fill(x.shape, SELU_SCALE), tf.add(y, SELU_SCALE_ALPHA))),
    }),
  },
};

registerGradients(gradientRules);
