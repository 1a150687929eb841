/** Functions closer to the machine than jnp's (jax.lax). */
export { stopGradient } from '../transforms/stopGradient';
export { type ConvOptions, convGeneralDilated } from './convolution';
export type { Padding } from './padding';
