import { userFrame } from './userFrame';

/** The value of an abstract tensor was asked for: it has a shape and a dtype, and no data (JAX's ConcretizationTypeError). */
export class ConcretizationError extends Error {
  override readonly name = 'ConcretizationError';

  constructor(tensor: string) {
    const where = userFrame(new Error().stack);
    super(
      `The value of an abstract tensor ${tensor} was read${where ? ` at ${where}` : ''}. ` +
        'While shapes are worked out, tensors have a shape and a dtype but no values. ' +
        'Make sizes and branches depend on shapes or options, or move the read out of the module.',
    );
  }
}
