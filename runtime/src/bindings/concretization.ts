import { userFrame } from './userFrame';

/** A value was needed of an abstract tensor, which has a shape and a dtype and no data (JAX's ConcretizationTypeError). */
export class ConcretizationError extends Error {
  override readonly name = 'ConcretizationError';

  /** `problem` says whose value was needed and for what, without a full stop. */
  constructor(problem: string) {
    const where = userFrame(wholeStack());
    super(
      `${problem}${where ? ` at ${where}` : ''}. ` +
        'While shapes are worked out, tensors have a shape and a dtype but no values. ' +
        'Make sizes and branches depend on shapes or options, or move the read out of the module.',
    );
  }
}

/** tfjs alone puts more than Node's ten lines between an op and its caller. */
function wholeStack(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 200;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}
