/** Gradients of kernels with several outputs, which tfjs's cannot take where there is one output only. */
import * as tf from '#tfjs';
import { type GradientRules, registerGradients } from './gradientRule';

const list = (dys: tf.Tensor | tf.Tensor[]) => (Array.isArray(dys) ? dys : [dys]);

const gradientRules: GradientRules = {
  Unpack: { grad: (dys, _, { axis }) => ({ value: () => tf.stack(list(dys), axis) }) },
  SplitV: { grad: (dys, _, { axis }) => ({ x: () => tf.concat(list(dys), axis) }) },
};

registerGradients(gradientRules);
