/** Something was used whose own evaluation failed; the first failure was reported already. */
export class MissingValueError extends Error {
  override readonly name = 'MissingValueError';
}

function fail(): never {
  throw new MissingValueError('This depends on a value that could not be worked out.');
}

/**
 * Stands for the value of a failed top-level initializer: it can be taken apart (`const [a, b] = …`), and throws where
 * something real is needed of it.
 */
export const MISSING: unknown = new Proxy(function missing() {}, {
  get: (_target, key) => {
    if (key === Symbol.iterator) return () => ({ next: () => ({ done: false, value: MISSING }) });
    return key === Symbol.toPrimitive ? fail : MISSING;
  },
  apply: fail,
  construct: fail,
});
