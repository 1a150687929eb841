/**
 * Gradients of tfjs kernels where tfjs has none, has one for some shapes only, or differs from JAX. They hold for the
 * tensors' own methods as well as for jnp.
 */
import * as tf from '#tfjs';
import './gradientsActivations';
import './gradientsCollectives';
import './gradientsConvolution';
import './gradientsIndexing';
import './gradientsLinearAlgebra';
import './gradientsRearranging';
import './gradientsSpecial';
import { reluGrad } from '../bindings/addedKernels';
import { type GradientRule, type GradientRules, registerGradients, unbroadcast } from './gradientRule';
import './gradientsJoining';

type Op2 = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const asFloat = (condition: tf.Tensor) => tf.cast(condition, 'float32');

/** The operand that wins gets the gradient; equal ones get half each. */
function chooser(wins: Op2): GradientRule {
  const share: Op2 = (x, other) => tf.add(asFloat(wins(x, other)), tf.mul(asFloat(tf.equal(x, other)), 0.5));
  return {
    inputs: ['a', 'b'],
    grad: (dy, [a, b]) => ({
      a: () => unbroadcast(tf.mul(dy, share(a, b)), a),
      b: () => unbroadcast(tf.mul(dy, share(b, a)), b),
    }),
  };
}

/** Equal extrema share the gradient evenly. */
const extremum: GradientRule = {
  inputs: ['x'],
  output: true,
  grad: (dy, [x, y], { reductionIndices, axis }) => ({
    x: () => {
      const axes = tf.util.parseAxisParam(reductionIndices ?? axis, x.shape);
      const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
      const chosen = asFloat(tf.equal(x, tf.reshape(y, kept)));
      return tf.mul(tf.reshape(dy, kept), tf.div(chosen, tf.sum(chosen, axes, true)));
    },
  }),
};

const gradientRules: GradientRules = {
  Maximum: chooser(tf.greater),
  Minimum: chooser(tf.less),
  Max: extremum,
  Min: extremum,

  // With operands that broadcast.
  SquaredDifference: {
    inputs: ['a', 'b'],
    grad: (dy, [a, b]) => {
      const ofA = () => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
      return { a: () => unbroadcast(ofA(), a), b: () => unbroadcast(tf.neg(ofA()), b) };
    },
  },

  // 1 at 0.
  Abs: {
    inputs: ['x'],
    grad: (dy, [x]) => ({ x: () => tf.where(tf.greaterEqual(x, 0), dy, tf.neg(dy)) }),
  },

  // 1 at 0.
  LeakyRelu: {
    inputs: ['x'],
    grad: (dy, [x], { alpha }) => ({ x: () => tf.where(tf.greaterEqual(x, 0), dy, tf.mul(dy, alpha)) }),
  },

  Relu: {
    inputs: ['x'],
    grad: (dy, [x]) => ({ x: () => reluGrad(dy, x) }),
  },
  ReluGrad: {
    inputs: ['x'],
    grad: (ddy, [x]) => ({ dy: () => reluGrad(ddy, x), x: () => tf.zerosLike(x) }),
  },

  // 0 at 6.
  Relu6: {
    inputs: ['x'],
    grad: (dy, [x]) => ({ x: () => tf.mul(dy, asFloat(tf.logicalAnd(tf.greater(x, 0), tf.less(x, 6)))) }),
  },

  // An infinite gradient stays out of the branch that was not taken.
  Select: {
    inputs: ['condition'],
    grad: (dy, [condition]) => ({
      t: () => tf.where(condition, dy, tf.zerosLike(dy)),
      e: () => tf.where(condition, tf.zerosLike(dy), dy),
    }),
  },

  // tfjs transposes the result where the axis is not the last.
  Cumsum: {
    grad: (dy, _, { axis, exclusive, reverse }) => ({ x: () => tf.cumsum(dy, axis, exclusive, !reverse) }),
  },

  // Of any rank. Broadcasting is tiling too. Each axis becomes [reps, size], and reps is summed.
  Tile: {
    inputs: ['x'],
    grad: (dy, [x], { reps }) => ({
      x: () => {
        const copied = x.shape.map((_, i) => i).filter((i) => reps[i] !== 1);
        const split = x.shape.flatMap((n, i) => (copied.includes(i) ? [reps[i], n] : [n]));
        const axes = copied.map((axis, before) => axis + before);
        return tf.sum(tf.reshape(dy, split), axes);
      },
    }),
  },

  // With leading axes that broadcast too.
  BatchMatMul: {
    inputs: ['a', 'b'],
    grad: (dy, [a, b], { transposeA, transposeB }) => ({
      a: () => unbroadcast(transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB), a),
      b: () => unbroadcast(transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false), b),
    }),
  },
};

registerGradients(gradientRules);
