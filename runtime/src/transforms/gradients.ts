/**
 * Gradients of tfjs kernels where tfjs has none, has one for some shapes only, or differs from JAX. They hold for the
 * tensors' own methods as well as for jnp.
 */
import * as tf from '#tfjs';
import { reluGrad } from '../bindings/addedKernels';

interface GradientRule {
  /** Names of the inputs that the gradient needs. */
  readonly inputs?: string[];
  /** Whether it needs the output, which then comes after the inputs. */
  readonly output?: boolean;
  /** From the output's gradient, what was saved, and the kernel's attributes: each input's gradient. */
  grad(dy: tf.Tensor, saved: Saved, attrs: Attrs): Record<string, () => tf.Tensor>;
}

// biome-ignore lint/suspicious/noExplicitAny: each kernel has attributes of its own.
type Attrs = Record<string, any>;
/** No rule needs more than two. */
type Saved = readonly [tf.Tensor, tf.Tensor];
type Op2 = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Sums the gradient over the axes along which an operand was broadcast. */
function unbroadcast(grad: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  if (tf.util.arraysEqual(grad.shape, shape)) return grad;
  const extra = grad.rank - shape.length;
  const axes = grad.shape.map((_, i) => i).filter((i) => i < extra || shape[i - extra] !== grad.shape[i]);
  return tf.reshape(tf.sum(grad, axes), shape);
}

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

const gradientRules: Readonly<Record<string, GradientRule>> = {
  Maximum: chooser(tf.greater),
  Minimum: chooser(tf.less),
  Max: extremum,
  Min: extremum,

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

for (const [kernelName, { inputs = [], output = false, grad }] of Object.entries(gradientRules)) {
  const gradFunc = grad as unknown as tf.GradFunc;
  tf.registerGradient({ kernelName, inputsToSave: inputs, outputsToSave: [output], gradFunc });
}
