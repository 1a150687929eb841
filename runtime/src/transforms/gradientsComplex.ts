/**
 * Gradients through complex numbers: the cotangent of z = x + iy is `∂L/∂x + i ∂L/∂y` of a real loss L, so that of a
 * product with a constant is the product with its conjugate.
 */
import * as tf from '#tfjs';
import { type GradientRules, registerGradients, unbroadcast } from './gradientRule';

const isComplex = ({ dtype }: tf.Tensor) => dtype === 'complex64';
const conj = (x: tf.Tensor) => (isComplex(x) ? tf.complex(tf.real(x), tf.neg(tf.imag(x))) : x);
const fromReal = (x: tf.Tensor) => tf.complex(x, tf.zerosLike(x));
const size = (x: tf.Tensor) => x.shape.at(-1) as number;
/** A complex cotangent of a real number has a real part alone. */
const like = (grad: tf.Tensor, x: tf.Tensor) => (isComplex(grad) && !isComplex(x) ? tf.real(grad) : grad);

/** Kernels that move, copy and add elements: they act on real and imaginary parts alike. */
const LINEAR: readonly string[] = [
  ...[tf.Add, tf.AddN, tf.Sub, tf.Neg, tf.Sum, tf.Mean, tf.Identity, tf.Reshape, tf.ExpandDims, tf.Transpose, tf.Tile],
  ...[tf.BroadcastTo, tf.Slice, tf.SplitV, tf.Concat, tf.Pack, tf.Unpack, tf.PadV2, tf.Reverse, tf.GatherV2, tf.Cumsum],
  tf.Select,
];

type Rule = (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[], attrs: tf.NamedAttrMap) => Parts;
type Parts = Record<string, () => tf.Tensor>;

/** The rule on the real and on the imaginary parts of a complex cotangent. */
function ofParts(rule: Rule): Rule {
  return (dy, saved, attrs) => {
    const all = Array.isArray(dy) ? dy : [dy];
    if (!all.some(isComplex)) return rule(dy, saved, attrs);
    const part = (of: (x: tf.Tensor) => tf.Tensor) => rule(Array.isArray(dy) ? dy.map(of) : of(dy), saved, attrs);
    const [real, imag] = [part(tf.real), part(tf.imag)];
    const both = (name: string) => () =>
      tf.complex((real[name] as () => tf.Tensor)(), (imag[name] as () => tf.Tensor)());
    return Object.fromEntries(Object.keys(real).map((name) => [name, both(name)]));
  };
}

for (const kernelName of LINEAR) {
  const config = tf.getGradient(kernelName);
  tf.registerGradient({ ...config, kernelName, gradFunc: ofParts(config.gradFunc as Rule) as unknown as tf.GradFunc });
}

const gradientRules: GradientRules = {
  Complex: { grad: (dy) => ({ real: () => tf.real(dy), imag: () => tf.imag(dy) }) },
  Real: { grad: (dy) => ({ input: () => fromReal(dy) }) },
  Imag: { grad: (dy) => ({ input: () => tf.complex(tf.zerosLike(dy), dy) }) },
  FFT: { grad: (dy) => ({ input: () => tf.mul(tf.ifft(dy), fromReal(tf.scalar(size(dy)))) }) },
  IFFT: { grad: (dy) => ({ input: () => tf.mul(tf.fft(dy), fromReal(tf.scalar(1 / size(dy)))) }) },

  // 0 at 0.
  ComplexAbs: {
    inputs: ['x'],
    output: true,
    grad: (dy, [x, y]) => ({
      x: () => {
        const safe = tf.where(tf.equal(y, 0), tf.onesLike(y), y);
        const scale = tf.div(dy, safe);
        return tf.complex(tf.mul(scale, tf.real(x)), tf.mul(scale, tf.imag(x)));
      },
    }),
  },

  Cast: { grad: (dy) => ({ x: () => (isComplex(dy) ? tf.real(dy) : dy.clone()) }) },

  Exp: { output: true, grad: (dy, [y]) => ({ x: () => tf.mul(dy, conj(y)) }) },

  Square: { inputs: ['x'], grad: (dy, [x]) => ({ x: () => tf.mul(dy, tf.mul(conj(x), 2)) }) },

  Multiply: {
    inputs: ['a', 'b'],
    grad: (dy, [a, b]) => ({
      a: () => unbroadcast(like(tf.mul(dy, conj(b)), a), a),
      b: () => unbroadcast(like(tf.mul(dy, conj(a)), b), b),
    }),
  },

  RealDiv: {
    inputs: ['a', 'b'],
    grad: (dy, [a, b]) => ({
      a: () => unbroadcast(like(tf.div(dy, conj(b)), a), a),
      b: () => unbroadcast(like(tf.neg(tf.div(tf.mul(dy, conj(a)), tf.square(conj(b)))), b), b),
    }),
  },
};

registerGradients(gradientRules);

/** The kernels whose gradients hold for complex numbers too. */
export const COMPLEX_KERNELS: ReadonlySet<string> = new Set([...LINEAR, ...Object.keys(gradientRules)]);
