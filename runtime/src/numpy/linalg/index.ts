/**
 * Linear algebra (jax.numpy.linalg): matrices are the last two axes, those before are batches.
 *
 * @module
 */
export * from './decompositions';
export * from './equations';
export * from './norms';
export * from './tensors';
