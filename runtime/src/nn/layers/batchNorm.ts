import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import { type AxisName, pmean } from '../../lax/collectives';
import { normalizeAxes } from '../../numpy/array';
import * as jnp from '../../numpy/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { module } from '../callable';
import type { Collection } from '../collection';
import * as initializers from '../initializers';
import { Module } from '../module';
import { ModuleError } from '../moduleError';
import type { DType, Initializer } from '../types';
import { varianceAround } from '../variance';

export interface BatchNormOptions {
  /** Keeps the running mean and variance, in place of the collection of nn.stateful. */
  batchStats?: Collection | null;
  /** Whether to normalize with the running mean and variance rather than the batch's, as evaluation needs it. */
  useRunningAverage?: boolean;
  /** The features' axis or axes, which have a mean, variance, scale and bias for each element. Default the last. */
  axis?: number | readonly number[];
  /** How much of the running mean and variance stays at each step. Default 0.99. */
  momentum?: number;
  /** Added to the variance, so that it is not 0. Default 1e-5. */
  epsilon?: number;
  /** The dtype of the output. Default float32. */
  dtype?: DType;
  /** Whether to add a bias. Default true. */
  bias?: boolean;
  /** Whether to multiply by a scale. Default true; a linear layer that follows (or relu and one) can do without. */
  scale?: boolean;
  /** Makes `bias`, of the features' shape. Default zeros. */
  biasInit?: Initializer;
  /** Makes `scale`, of the features' shape. Default ones. */
  scaleInit?: Initializer;
  /** The mapped axis (of pmap or vmap) whose examples share one mean and variance, as if they were one batch. */
  axisName?: AxisName | null;
}

/**
 * Batch normalization (flax.nn.BatchNorm; Ioffe and Szegedy 2015): each feature gets mean 0 and variance 1 over all other
 * axes, then scale and bias. Inside nn.stateful it keeps a running mean and variance as its state, which
 * `useRunningAverage` normalizes with; that throws where there is none. `f32[batch, …, features]` → the same shape.
 *
 * Options: {@link BatchNormOptions}.
 */
export const BatchNorm = module(
  class BatchNorm extends Module {
    apply(
      inputs: Tensor,
      {
        batchStats = null,
        useRunningAverage = false,
        axis = -1,
        momentum = 0.99,
        epsilon = 1e-5,
        dtype = 'float32',
        bias = true,
        scale = true,
        biasInit = initializers.zeros,
        scaleInit = initializers.ones,
        axisName = null,
      }: BatchNormOptions = {},
    ): Tensor {
      const x = jnp.asarray(inputs, 'float32');
      const axes = normalizeAxes('nn.BatchNorm', axis, x.rank).sort((a, b) => a - b);
      const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
      if (others.length === 0) {
        throw new ShapeError(`nn.BatchNorm: no axis of ${formatTensor(x)} is left to average over; axis is [${axes}].`);
      }
      const features = axes.map((i) => x.shape[i] as number);
      const alongFeatures = (value: Tensor) =>
        jnp.reshape(
          value,
          x.shape.map((size, i) => (axes.includes(i) ? size : 1)),
        );

      const kept = this.isStateful() || batchStats !== null;
      const collection = { collection: batchStats ?? undefined };
      const runningMean = kept ? this.state('mean', features, initializers.zeros, collection) : null;
      const runningVar = kept ? this.state('var', features, initializers.ones, collection) : null;
      let centered: Tensor;
      let variance: Tensor;
      if (useRunningAverage) {
        if (runningMean === null || runningVar === null) {
          throw new ModuleError(
            'nn.BatchNorm: useRunningAverage needs the running mean and variance, which the module keeps as state: ' +
              'call it in nn.stateful(state, …), or give batchStats.',
          );
        }
        centered = x.sub(alongFeatures(runningMean.value));
        variance = alongFeatures(runningVar.value);
      } else {
        // What initializes runs outside of the map.
        const together = axisName !== null && !this.isInitializing();
        const across = (part: Tensor) => (together ? pmean(part, axisName) : part);
        const mean = across(jnp.mean(x, others, { keepdims: true }));
        centered = x.sub(mean);
        variance = varianceAround(x, mean, others, across);
        if (runningMean !== null && runningVar !== null && !this.isInitializing()) {
          const moved = (running: Tensor, now: Tensor) =>
            running.mul(momentum).add(jnp.reshape(now, features).mul(1 - momentum));
          runningMean.value = moved(runningMean.value, mean);
          runningVar.value = moved(runningVar.value, variance);
        }
      }

      let factor = variance.add(epsilon).rsqrt();
      if (scale) factor = factor.mul(alongFeatures(this.param('scale', features, scaleInit)));
      let y = centered.mul(factor);
      if (bias) y = y.add(alongFeatures(this.param('bias', features, biasInit)));
      return jnp.asarray(y, dtype);
    }
  },
);
