/** How the gradient of a kernel is written down. */
import * as tf from '#tfjs';

export interface GradientRule {
  /** Names of the inputs that the gradient needs. */
  readonly inputs?: string[];
  /** Which outputs it needs, which then come after the inputs; true for the only one. */
  readonly output?: boolean | readonly boolean[];
  /** From the output's gradient (all of them if there are several), what was saved, and the kernel's attributes. */
  grad(dy: Gradient, saved: Saved, attrs: Attrs): Record<string, () => tf.Tensor>;
}

/** Rules by kernel name. */
export type GradientRules = Readonly<Record<string, GradientRule>>;

// biome-ignore lint/suspicious/noExplicitAny: one tensor or, of a kernel with several outputs, an array of them.
type Gradient = any;
// biome-ignore lint/suspicious/noExplicitAny: each kernel has attributes of its own.
type Attrs = Record<string, any>;
/** No rule needs more than these. */
type Saved = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/** Registers the rules in place of those that tfjs has. */
export function registerGradients(rules: GradientRules): void {
  for (const [kernelName, { inputs = [], output = false, grad }] of Object.entries(rules)) {
    const gradFunc = grad as unknown as tf.GradFunc;
    const outputsToSave = typeof output === 'boolean' ? [output] : [...output];
    tf.registerGradient({ kernelName, inputsToSave: inputs, outputsToSave, gradFunc });
  }
}

/** Sums the gradient over the axes along which an operand was broadcast. */
export function unbroadcast(grad: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  if (tf.util.arraysEqual(grad.shape, shape)) return grad;
  const extra = grad.rank - shape.length;
  const axes = grad.shape.map((_, i) => i).filter((i) => i < extra || shape[i - extra] !== grad.shape[i]);
  return tf.reshape(tf.sum(grad, axes), shape);
}
