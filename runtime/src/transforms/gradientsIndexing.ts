/** Gradients of reading and writing at places. */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { type GradientRules, registerGradients } from './gradientRule';

const ones = (begin: tf.Tensor) => tf.onesLike(begin);
const sizes = (x: tf.Tensor) => tf.tensor(x.shape, [x.rank], 'int32');

/** `x` with `value` at `begin`. */
function update(x: tf.Tensor, begin: tf.Tensor, value: tf.Tensor): tf.Tensor {
  return runOp('DynamicUpdateSlice', { x, begin, end: tf.add(begin, sizes(value)), strides: ones(begin), value });
}

const gradientRules: GradientRules = {
  DynamicSlice: {
    inputs: ['x', 'begin'],
    grad: (dy, [x, begin]) => ({ x: () => update(tf.zerosLike(x), begin, dy) }),
  },

  DynamicUpdateSlice: {
    inputs: ['begin', 'value'],
    grad: (dy, [begin, value]) => ({
      x: () => update(dy, begin, tf.zerosLike(value)),
      value: () => runOp('DynamicSlice', { x: dy, begin, size: sizes(value) }),
    }),
  },

  GatherNd: {
    inputs: ['params', 'indices'],
    grad: (dy, [params, indices]) => ({ params: () => tf.scatterND(indices, dy, params.shape) }),
  },

  ScatterNd: {
    inputs: ['indices'],
    grad: (dy, [indices]) => ({ updates: () => tf.gatherND(dy, indices) }),
  },

  TensorScatterUpdate: {
    inputs: ['indices', 'updates'],
    grad: (dy, [indices, updates]) => ({
      tensor: () => tf.tensorScatterUpdate(dy, indices, tf.zerosLike(updates)),
      updates: () => tf.gatherND(dy, indices),
    }),
  },
};

registerGradients(gradientRules);
