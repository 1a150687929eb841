/**
 * Neural networks (flax.nn): modules, layers, what they start with, and what surrounds them.
 *
 * @module
 */
export * from './activation';
export { type DotProductAttentionOptions, dotProductAttention } from './attention/dotProduct';
export * as attention from './attention/index';
export { MultiHeadDotProductAttention, SelfAttention } from './attention/multiHead';
export type { AttentionFn, AttentionOptions } from './attention/options';
export { module } from './callable';
export { Collection } from './collection';
export { type DropoutOptions, dropout } from './dropout';
export * as initializers from './initializers';
export { BatchNorm, type BatchNormOptions } from './layers/batchNorm';
export { Conv, type ConvOptions } from './layers/conv';
export { ConvLSTM, type ConvLSTMOptions } from './layers/convLSTM';
export { ConvTranspose, type ConvTransposeOptions } from './layers/convTranspose';
export { Dense, type DenseOptions } from './layers/dense';
export { DenseGeneral, type DenseGeneralOptions } from './layers/denseGeneral';
export { Embed, type EmbedOptions } from './layers/embed';
export { GroupNorm, type GroupNormOptions } from './layers/groupNorm';
export { GRUCell } from './layers/gru';
export { LayerNorm, type LayerNormOptions } from './layers/layerNorm';
export {
  type CarryOptions,
  type LSTMCarry,
  LSTMCell,
  OptimizedLSTMCell,
  type RecurrentOptions,
} from './layers/lstm';
export { Model } from './model';
export { Module } from './module';
export { ModuleError } from './moduleError';
export { autoNames } from './names';
export { captureModuleOutputs } from './outputs';
export { avgPool, maxPool, type PoolOptions } from './pooling';
export { getState, isStateful, type ModuleState, type StatefulOptions, stateful } from './state';
export { isStochastic, makeRng, stochastic } from './stochastic';
export type { Applies, DType, Initializer, ModuleOf, Params, SharedOf, Truncated, WithStatics } from './types';
