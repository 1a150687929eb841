import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import { normalizeAxes } from '../../numpy/array';
import * as jnp from '../../numpy/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import type { DType, Initializer } from '../types';

export interface DenseGeneralOptions {
  /** Sizes of the output's last axes: one, or several. */
  features: number | readonly number[];
  /** The input's axes to transform, one or several. Default the last. */
  axis?: number | readonly number[];
  /** Leading axes of which each element has weights of its own: 0, or 0 and those that follow it. Default none. */
  batchDims?: number | readonly number[];
  /** Whether to add a bias. Default true. */
  bias?: boolean;
  /** The dtype of the computation. Default float32. */
  dtype?: DType;
  /** Makes the kernel as a matrix `[in, out]`, all axes of inputs and of features taken as one. Default lecunNormal(). */
  kernelInit?: Initializer;
  /** Makes the bias as a vector `[out]`. Default zeros. */
  biasInit?: Initializer;
}

const defaultKernelInit = initializers.lecunNormal();

/**
 * A linear transformation of any axes (flax.nn.DenseGeneral): the axes in `axis` go and those of `features` come last,
 * `[...batchDims, …others, ...axis]` → `[...batchDims, …others, ...features]`. Throws if the axes do not fit the input.
 *
 * Options: {@link DenseGeneralOptions}.
 */
export const DenseGeneral = module(
  class DenseGeneral extends Module {
    apply(
      inputs: Tensor,
      {
        features: featuresGiven,
        axis = -1,
        batchDims = [],
        bias = true,
        dtype = 'float32',
        kernelInit = defaultKernelInit,
        biasInit = initializers.zeros,
      }: DenseGeneralOptions,
    ): Tensor {
      const x = jnp.asarray(inputs, dtype);
      const features = listed(featuresGiven);
      const { batch, others, contracted } = axesOf(x, axis, batchDims);
      const sizes = (axes: readonly number[]) => axes.map((i) => x.shape[i] as number);
      const [batchSizes, otherSizes, inSizes] = [sizes(batch), sizes(others), sizes(contracted)];
      const [batchCount, inCount, outCount] = [product(batchSizes), product(inSizes), product(features)];

      const kernelOf: Initializer = (key, shape) => copies(kernelInit(key, [inCount, outCount]), batchCount, shape);
      const kernel = jnp.asarray(this.param('kernel', [...batchSizes, ...inSizes, ...features], kernelOf), dtype);
      const rows = jnp.transpose(x, [...batch, ...others, ...contracted]);
      const y = jnp.reshape(
        batch.length === 0
          ? jnp.dot(jnp.reshape(rows, [product(otherSizes), inCount]), jnp.reshape(kernel, [inCount, outCount]))
          : jnp.matmul(
              jnp.reshape(rows, [batchCount, product(otherSizes), inCount]),
              jnp.reshape(kernel, [batchCount, inCount, outCount]),
            ),
        [...batchSizes, ...otherSizes, ...features],
      );
      if (!bias) return y;
      const biasOf: Initializer = (key, shape) => copies(biasInit(key, [outCount]), batchCount, shape);
      const added = jnp.asarray(this.param('bias', [...batchSizes, ...features], biasOf), dtype);
      return y.add(jnp.reshape(added, [...batchSizes, ...others.map(() => 1), ...features]));
    }
  },
);

interface Axes {
  batch: number[];
  others: number[];
  contracted: number[];
}

function axesOf(x: Tensor, axis: number | readonly number[], batchDims: number | readonly number[]): Axes {
  const contracted = normalizeAxes('nn.DenseGeneral', axis, x.rank);
  const batch = normalizeAxes('nn.DenseGeneral', batchDims, x.rank);
  if (batch.some((dim) => dim >= batch.length)) {
    throw new ShapeError(
      `nn.DenseGeneral: batchDims should be leading axes, 0 and those that follow it; got [${batch}].`,
    );
  }
  const both = contracted.find((i) => batch.includes(i));
  if (contracted.length === 0 || both !== undefined) {
    throw new ShapeError(
      `nn.DenseGeneral: axis should name one or more axes of ${formatTensor(x)} that are not in batchDims ` +
        `[${batch}]; got [${contracted}].`,
    );
  }
  const others = x.shape.map((_, i) => i).filter((i) => !contracted.includes(i) && !batch.includes(i));
  return { batch, others, contracted };
}

/** As Flax has it, each element of the batch axes starts with the same weights. */
function copies(weights: Tensor, count: number, shape: readonly number[]): Tensor {
  return jnp.reshape(jnp.concatenate(Array<Tensor>(count).fill(weights)), shape);
}

function listed(sizes: number | readonly number[]): readonly number[] {
  return [sizes].flat();
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
