/** Padding of the spatial axes of channels-last arrays, as convolutions and pooling take it. */
import * as tf from '#tfjs';

/** 'SAME' keeps the size (divided by the stride), 'VALID' does not pad; or `[before, after]` for each spatial axis. */
export type Padding = 'SAME' | 'VALID' | readonly (readonly [number, number])[];

/** What one axis of a window operation looks like. */
export interface WindowAxis {
  readonly size: number;
  /** The window's extent, dilation included. */
  readonly window: number;
  readonly stride: number;
}

/** The padding as pairs; 'SAME' puts the odd one after, as XLA and TensorFlow do. Throws if there are too few pairs. */
export function paddingPairs(caller: string, padding: Padding, axes: readonly WindowAxis[]): [number, number][] {
  if (padding === 'VALID') return axes.map(() => [0, 0]);
  if (padding === 'SAME') {
    return axes.map(({ size, window, stride }) => {
      const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + window - size);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }
  if (!Array.isArray(padding) || padding.length !== axes.length || padding.some((pair) => pair.length !== 2)) {
    throw new TypeError(
      `${caller}: padding is 'SAME', 'VALID' or a [before, after] pair for each of the ${axes.length} spatial axes, ` +
        `got ${JSON.stringify(padding)}.`,
    );
  }
  return padding.map(([before, after]) => [before, after]);
}

/** Pads the spatial axes of `x: [batch, …spatial, channels]`; negative padding cuts off. */
export function padSpatial(x: tf.Tensor, pairs: readonly (readonly [number, number])[], value = 0): tf.Tensor {
  const all = [[0, 0] as const, ...pairs, [0, 0] as const];
  const cut = all.map((pair) => pair.map((n) => Math.max(0, -n)) as [number, number]);
  const kept = cut.some((pair) => pair[0] + pair[1] > 0)
    ? tf.slice(
        x,
        cut.map(([before]) => before),
        cut.map(([before, after], i) => (x.shape[i] as number) - before - after),
      )
    : x;
  const added = all.map((pair) => pair.map((n) => Math.max(0, n)) as [number, number]);
  return added.some(([before, after]) => before + after > 0) ? tf.pad(kept, added, value) : kept;
}
