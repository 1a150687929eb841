import { Module } from '../../nn/module';

/** Something was used whose own evaluation failed; the first failure was reported already. */
export class MissingValueError extends Error {
  override readonly name = 'MissingValueError';

  constructor() {
    super('This depends on a value that could not be worked out.');
  }
}

function fail(): never {
  throw new MissingValueError();
}

/** A class that extends what is missing can be made into a module, which fails when it runs. */
const prototype = Object.assign(Object.create(Module.prototype), { apply: fail });

/**
 * Stands for the value of a failed top-level initializer: it can be taken apart (`const [a, b] = …`), and throws where
 * something real is needed of it.
 */
export const MISSING: unknown = new Proxy(function missing() {}, {
  get: (_target, key) => {
    if (key === Symbol.iterator) return () => ({ next: () => ({ done: false, value: MISSING }) });
    if (key === 'prototype') return prototype;
    // Awaiting it gives itself.
    if (key === 'then') return undefined;
    return key === Symbol.toPrimitive ? fail : MISSING;
  },
  apply: fail,
  construct: fail,
});
