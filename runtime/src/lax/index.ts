/** Functions closer to the machine than jnp's (jax.lax). */
export { stopGradient } from '../transforms/stopGradient';
export * from './complexNumbers';
export { type ConvOptions, convGeneralDilated } from './convolution';
export { type ConvTransposeOptions, convTranspose } from './convTranspose';
export type { Padding } from './padding';
