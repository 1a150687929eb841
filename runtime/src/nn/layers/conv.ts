import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as lax from '../../lax/index';
import * as jnp from '../../numpy/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import type { DType, Initializer } from '../types';

export interface ConvOptions {
  /** Number of filters: the size of the output's last axis. */
  features: number;
  /** The kernel's window, one size for each spatial axis (1 to 3); a number for one axis. */
  kernelSize: number | readonly number[];
  /** Steps between windows, for each spatial axis. Default 1 each. */
  strides?: readonly number[] | null;
  /** 'SAME' (default), 'VALID', or a `[before, after]` pair for each spatial axis. */
  padding?: lax.Padding;
  /** Distance between input elements, for each spatial axis; more than 1 is a transposed convolution. Default 1 each. */
  inputDilation?: readonly number[] | null;
  /** Distance between kernel elements, for each spatial axis ('atrous' convolution). Default 1 each. */
  kernelDilation?: readonly number[] | null;
  /** Splits the input's features into groups with filters of their own. Default 1. */
  featureGroupCount?: number;
  /** Whether to add a bias. Default true. */
  bias?: boolean;
  /** The dtype of the computation. Default float32. */
  dtype?: DType;
  /** Makes `kernel: [...kernelSize, in / groups, features]`. Default lecunNormal(). */
  kernelInit?: Initializer;
  /** Makes `bias: [features]`. Default zeros. */
  biasInit?: Initializer;
}

const defaultKernelInit = initializers.lecunNormal();

/**
 * A convolution (flax.nn.Conv): `[batch, …spatial, in]` → `[batch, …spatial, features]`; the batch axis may be absent.
 * Throws if the input, the window and the groups do not fit.
 *
 * Options: {@link ConvOptions}.
 */
export const Conv = module(
  class Conv extends Module {
    apply(
      inputs: Tensor,
      {
        features,
        kernelSize: windowGiven,
        strides,
        padding = 'SAME',
        inputDilation,
        kernelDilation,
        featureGroupCount = 1,
        bias = true,
        dtype = 'float32',
        kernelInit = defaultKernelInit,
        biasInit = initializers.zeros,
      }: ConvOptions,
    ): Tensor {
      const given = jnp.asarray(inputs, dtype);
      const { x, kernelSize, single } = windowed('nn.Conv', given, windowGiven);
      const inFeatures = x.shape.at(-1) as number;
      if (inFeatures % featureGroupCount !== 0 || features % featureGroupCount !== 0) {
        throw new ShapeError(
          `nn.Conv: featureGroupCount ${featureGroupCount} should divide both the ${inFeatures} features of the input ` +
            `${formatTensor(x)} and the ${features} features to make.`,
        );
      }
      const kernelShape = [...kernelSize, inFeatures / featureGroupCount, features];
      const kernel = jnp.asarray(this.param('kernel', kernelShape, kernelInit), dtype);
      const convolved = lax.convGeneralDilated(x, kernel, strides ?? kernelSize.map(() => 1), padding, {
        lhsDilation: inputDilation,
        rhsDilation: kernelDilation,
        featureGroupCount,
      });
      const y = single ? jnp.squeeze(convolved, 0) : convolved;
      if (!bias) return y;
      return y.add(jnp.asarray(this.param('bias', [features], biasInit), dtype));
    }
  },
);

/** The input with a batch axis, and its window's sizes. Throws if their ranks do not fit. */
export function windowed(
  caller: string,
  x: Tensor,
  windowGiven: number | readonly number[],
): { x: Tensor; kernelSize: readonly number[]; single: boolean } {
  const kernelSize = typeof windowGiven === 'number' ? [windowGiven] : windowGiven;
  if (!Array.isArray(kernelSize)) {
    throw new TypeError(
      `${caller}: kernelSize should be the window's sizes, such as [3, 3]; got ${typeof windowGiven}.`,
    );
  }
  const single = x.rank === kernelSize.length + 1;
  if (!single && x.rank !== kernelSize.length + 2) {
    throw new ShapeError(
      `${caller}: a kernel of size [${kernelSize}] needs an input with the axes batch, ${kernelSize.length} spatial ` +
        `and features, got ${formatTensor(x)}.`,
    );
  }
  return { x: single ? jnp.expandDims(x, 0) : x, kernelSize, single };
}
