/** What modules returned, by path (flax.nn.capture_module_outputs). */

import { outputCollections } from '../bindings/stack';
import type { Literal } from '../transforms/literals';
import { Collection, storedBy, storeFor } from './collection';
import type { ModuleFrame } from './frame';

/**
 * Runs `fn` and collects what each module called in it returned: an array for each path, one entry a call, the module
 * itself at `/`. Gives what `fn` returned and the collection.
 */
export function captureModuleOutputs<R extends Literal>(fn: () => R): [result: R, outputs: Collection<unknown[]>] {
  return new Collection<unknown[]>().mutate((outputs) => outputCollections.with(outputs, fn));
}

/** Tells the captures that are active what a module returned. */
export function trackOutput(frame: ModuleFrame, output: unknown): void {
  for (const outputs of outputCollections.all) {
    storeFor(outputs, frame, [...(storedBy(outputs, frame) ?? []), output]);
  }
}
