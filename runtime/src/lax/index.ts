/**
 * Functions closer to the machine than jnp's (jax.lax).
 *
 * @module
 */
export { stopGradient } from '../transforms/stopGradient';
export * from './arrays';
export * from './bits';
export { cond, switch_ as switch } from './branches';
export * from './collectives';
export * from './complexNumbers';
export { type ConvOptions, convGeneralDilated } from './convolution';
export { type ConvTransposeOptions, convTranspose } from './convTranspose';
export * from './dynamicSlicing';
export * from './elementwise';
export { foriLoop, map, type ScanOptions, scan, whileLoop } from './loops';
export type { Padding } from './padding';
export * from './products';
export * from './reductions';
export * from './slicing';
export * from './sorting';
export * from './special';
