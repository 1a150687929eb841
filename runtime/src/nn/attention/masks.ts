/** Which keys each query may attend to. */
import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import type { DType } from '../types';
import { type Axis, attentionAxes, positionCount } from './axes';

export interface CausalMaskOptions {
  /** The axes attended over. Default all between batch and heads. */
  attentionAxis?: Axis | null;
  /** Whether a position may not attend to itself either. Default false. */
  selfMask?: boolean;
}

/**
 * True where a query may attend to a key, which is not after it (Flax's _make_causal_mask). Positions count in row-major
 * order over the attention axes. `key: [batch, …positions, heads, channels]`, of which the shape matters, gives
 * `bool[1, …1, …positions, …positions]`.
 */
export function makeCausalMask(
  key: { readonly shape: readonly number[] },
  { attentionAxis, selfMask = false }: CausalMaskOptions = {},
): Tensor {
  const { shape } = key;
  const axes = attentionAxes('nn.attention.makeCausalMask', attentionAxis, shape.length);
  const sizes = axes.map((axis) => shape[axis] as number);
  const positions = jnp.arange(positionCount(shape, axes));
  const queries = jnp.reshape(positions, [-1, 1]);
  const mask = selfMask ? jnp.greater(queries, positions) : jnp.greaterEqual(queries, positions);
  return jnp.reshape(mask, [...Array<number>(shape.length - 1 - axes.length).fill(1), ...sizes, ...sizes]);
}

export interface PaddingMaskOptions {
  /** The axes attended over. Default all between batch and heads. */
  attentionAxis?: Axis | null;
  /** Whether the masks hold numbers of segments, of which only equal ones attend to each other. Default false. */
  segmentationMask?: boolean;
}

/**
 * 1 where both query and key count, else 0 (Flax's make_padding_mask). The masks, `[batch, …positions]` with or without a
 * last axis of size 1, are 0 or false at padding. The shapes are `[batch, …positions, heads, channels]`; the result is
 * `f32[batch, …others, 1, …queries, …keys]`.
 */
export function makePaddingMask(
  paddingMaskQuery: Tensor,
  paddingMaskKey: Tensor,
  queryShape: readonly number[],
  keyShape: readonly number[],
  { attentionAxis, segmentationMask = false }: PaddingMaskOptions = {},
): Tensor {
  const axes = attentionAxes('nn.attention.makePaddingMask', attentionAxis, keyShape.length);
  const query = maskRows('query', paddingMaskQuery, queryShape, axes);
  const key = maskRows('key', paddingMaskKey, keyShape, axes);
  const [queries, keys] = [jnp.expandDims(query, -1), jnp.expandDims(key, -2)];
  const mask = segmentationMask ? jnp.equal(queries, keys) : jnp.multiply(queries, keys);
  const sizes = (shape: readonly number[]) => axes.map((axis) => shape[axis] as number);
  return jnp.reshape(jnp.asarray(mask, 'float32'), [
    ...mask.shape.slice(0, -2),
    ...sizes(queryShape),
    ...sizes(keyShape),
  ]);
}

/** The mask with one axis for all positions that are attended over: `[batch, …others, 1 for the heads, positions]`. */
function maskRows(of: string, mask: Tensor, shape: readonly number[], axes: readonly number[]): Tensor {
  const sizes = shape.slice(0, -2);
  const given = mask.rank === shape.length - 1 && mask.shape.at(-1) === 1 ? mask.shape.slice(0, -1) : mask.shape;
  if (given.length !== sizes.length || given.some((n, i) => n !== sizes[i])) {
    const wanted = formatTensor({ shape: sizes, dtype: mask.dtype });
    throw new ShapeError(
      `The padding or segmentation mask of the ${of} should be ${wanted}, one number for each position, got ` +
        `${formatTensor(mask)}.`,
    );
  }
  const others = sizes.map((_, i) => i).filter((i) => !axes.includes(i));
  const count = positionCount(sizes, axes);
  return jnp.reshape(jnp.transpose(jnp.reshape(mask, sizes), [...others, ...axes]), [
    ...others.map((i) => sizes[i] as number),
    1,
    count,
  ]);
}

/** What is added to attention weights: 0 where all masks allow it, else so little that nothing is left. */
export function biasOf(masks: readonly Tensor[], dtype: DType): Tensor | null {
  if (masks.length === 0) return null;
  const allowed = masks.map((mask) => jnp.greater(mask, 0)).reduce(jnp.logicalAnd);
  return jnp.asarray(jnp.where(allowed, 0, -1e10), dtype);
}
