/** Functions closer to the machine than jnp's (jax.lax). */
export { stopGradient } from '../transforms/stopGradient';
export { cond, switch_ as switch } from './branches';
export * from './complexNumbers';
export { type ConvOptions, convGeneralDilated } from './convolution';
export { type ConvTransposeOptions, convTranspose } from './convTranspose';
export { foriLoop, map, type ScanOptions, scan, whileLoop } from './loops';
export type { Padding } from './padding';
