import type { Tensor } from '#tfjs';
import type { DType, Initializer } from '../types';
import type { Axis } from './axes';
import type { Cache } from './cache';
import type { DotProductAttentionOptions, Precision } from './dotProduct';

/** Attention as nn.dotProductAttention computes it, or in another way. */
export type AttentionFn = (query: Tensor, key: Tensor, value: Tensor, options: DotProductAttentionOptions) => Tensor;

export interface AttentionOptions {
  /** Number of attention heads, which share `qkvFeatures` evenly. */
  numHeads: number;
  /** Number of features of queries, keys and values, of all heads together. Default the input's. */
  qkvFeatures?: number | null;
  /** Number of features of the output. Default the input's. */
  outFeatures?: number | null;
  /** The axes attended over. Default all between batch and features. */
  attentionAxis?: Axis | null;
  /** Whether a position attends to none after it. Default false. */
  causalMask?: boolean;
  /** 0 or false at queries that are padding: `[batch, …positions]`, or with a last axis of size 1. Default none is. */
  paddingMask?: Tensor | null;
  /** The same for keys and values. Default `paddingMask` in self-attention, else none is. */
  keyPaddingMask?: Tensor | null;
  /** For several sequences in one row: the number of each query's sequence, which attends to itself only. */
  segmentation?: Tensor | null;
  /** The same for keys and values. Default `segmentation` in self-attention. */
  keySegmentation?: Tensor | null;
  /** Where causal self-attention keeps keys and values to decode position by position. No padding is masked then. */
  cache?: Cache | null;
  /** Whether all examples and heads drop the same attention weights. Default true. */
  broadcastDropout?: boolean;
  /** The key that decides which attention weights are dropped. Default nn.makeRng(). */
  dropoutRng?: Tensor | null;
  /** The fraction of attention weights that is dropped. Default 0. */
  dropoutRate?: number;
  /** True drops nothing, for evaluation. Default false. */
  deterministic?: boolean;
  /** Taken for code that comes from Flax: products are float32 here whatever it says. */
  precision?: Precision | null;
  /** The dtype of the computation. Default float32. */
  dtype?: DType;
  /** Makes the kernels, as matrices of all heads side by side. Default lecunNormal(). */
  kernelInit?: Initializer;
  /** Makes the biases. Default zeros. */
  biasInit?: Initializer;
  /** Whether the four linear transformations add a bias. Default true. */
  bias?: boolean;
  /** What computes attention from queries, keys and values. Default nn.dotProductAttention. */
  attentionFn?: AttentionFn;
}
