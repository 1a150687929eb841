import { type Aval, formatAval } from './aval';
import { activeBackend } from './stack';
import { userFrame, withWholeStacks } from './userFrame';

const CHOOSE =
  'Choose with jnp.where or lax.cond and loop with lax.foriLoop, lax.whileLoop or lax.scan; or return the tensor and read it';

/** What to do instead, by the backend that is active. */
const ADVICE: Readonly<Record<string, string>> = {
  graph:
    'jit records what a function does with tensors that have a shape and a dtype but no values. ' +
    `${CHOOSE} outside of jit. A size or a choice that is known before goes into staticArgnums; console.log shows the shape.`,
  batch:
    'vmap runs a function once for all examples, so that a tensor has no value of its own. ' +
    `${CHOOSE} outside of vmap. What all examples share can be read: inAxes null; console.log shows the shape.`,
};

const WHILE_SHAPES =
  'While shapes are worked out, tensors have a shape and a dtype but no values. ' +
  'Make sizes and branches depend on shapes or options, or move the read out of the module.';

/** ` at` the user's line, if there is one. */
function place(): string {
  const where = withWholeStacks(() => userFrame(new Error().stack));
  return where === undefined ? '' : ` at ${where}`;
}

/** A value was needed of a tensor that has a shape and a dtype and no data (JAX's ConcretizationTypeError). */
export class ConcretizationError extends Error {
  override readonly name = 'ConcretizationError';

  /** `problem` says whose value was needed and for what, without a full stop. */
  constructor(problem: string) {
    super(`${problem}${place()}. ${ADVICE[activeBackend()] ?? WHILE_SHAPES}`);
  }
}

/** A tensor without a value is used after the function that made it has ended (JAX's UnexpectedTracerError). */
export class UnexpectedTracerError extends Error {
  override readonly name = 'UnexpectedTracerError';

  constructor(tensor: Aval, by: 'jit' | 'vmap') {
    const what = by === 'jit' ? 'traced tensor' : 'tensor of one example,';
    super(
      `A ${what} ${formatAval(tensor)} is used${place()}, outside of the function that ${by} ran, where it has no value. ` +
        'Return it from that function instead of keeping it in a variable, an object or a cache.',
    );
  }
}
