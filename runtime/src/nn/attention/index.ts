/**
 * What attention is made of (flax.nn.attention): masks and the cache of autoregressive decoding.
 *
 * @module
 */
export { Cache, type CacheEntry } from './cache';
export { type CausalMaskOptions, makeCausalMask, makePaddingMask, type PaddingMaskOptions } from './masks';
