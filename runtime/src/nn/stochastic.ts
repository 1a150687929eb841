/** Random keys that modules take as they need them (flax.nn.stochastic). */

import { Tensor } from '#tfjs';
import { rngScopes, transforms } from '../bindings/stack';
import { foldIn } from '../random';
import type { Literal } from '../transforms/literals';
import { checkSynchronous } from '../transforms/synchronous';
import { ModuleError } from './moduleError';

/** Where makeRng takes its keys from: the n-th is the base key with n folded in. */
export interface RngScope {
  readonly base: Tensor;
  readonly transformDepth: number;
  count: number;
}

/** Runs `fn`, in which nn.makeRng and nn.dropout take their keys from `rng`. */
export function stochastic<R extends Literal>(rng: Tensor, fn: () => R): R {
  if (!(rng instanceof Tensor)) {
    throw new ModuleError('nn.stochastic: the first argument is a key, as random.PRNGKey(0) makes it.');
  }
  if (typeof fn !== 'function') {
    throw new ModuleError('nn.stochastic: the second argument is a function: nn.stochastic(key, () => model(x)).');
  }
  const result = rngScopes.with({ base: rng, transformDepth: transforms.all.length, count: 0 }, fn);
  checkSynchronous(result, 'The function of nn.stochastic');
  return result;
}

/** Whether nn.makeRng has keys to give: inside nn.stochastic. */
export function isStochastic(): boolean {
  return rngScopes.top !== undefined;
}

/**
 * A key that nobody else got. Throws outside of nn.stochastic, and inside a function that runs once for several
 * examples or steps when nn.stochastic is outside of it: they would all get the same key.
 */
export function makeRng(): Tensor {
  const scope = rngScopes.top;
  if (scope === undefined) {
    throw new ModuleError(
      'Random keys are made inside nn.stochastic only: nn.stochastic(key, () => model(x)). Or pass one yourself: ' +
        'nn.dropout(x, 0.5, { rng: key }).',
    );
  }
  const repeating = transforms.all.slice(scope.transformDepth).find(({ repeats }) => repeats);
  if (repeating !== undefined) {
    throw new ModuleError(
      `nn.makeRng: nn.stochastic was called outside of ${repeating.name}, in which this runs, so each run would get the ` +
        `same key. Pass split keys into ${repeating.name} and call nn.stochastic inside it.`,
    );
  }
  scope.count += 1;
  return foldIn(scope.base, scope.count);
}
