import { engine } from '#tfjs';
import type { BindingBackend } from '../bindings/backend';
import { BATCH_BACKEND } from '../bindings/batch/batchBackend';
import { Level } from '../bindings/batch/level';
import { activeBackend, levels } from '../bindings/stack';
import { type MappedOptions, mapExamples } from './mapped';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

export type { Axes } from './mapped';
export interface VmapOptions extends MappedOptions {}

/**
 * The function of one example as a function of many (jax.vmap): each argument has an axis more, over which examples run,
 * and so have the results. What the function closes over is shared by all examples. With an `axisName` examples can work
 * together: lax.psum and its kin.
 *
 * @typeParam F the function's type, which is the result's
 */
export function vmap<F extends (...args: Any[]) => Any>(fn: F, options: VmapOptions = {}): F {
  if (typeof fn !== 'function') throw new TypeError(`vmap takes a function, got ${typeof fn}.`);
  const mapping = { ...options, transform: 'vmap', name: fn.name };
  const call = (...args: unknown[]): unknown =>
    mapExamples(fn, args, mapping, (size) => {
      const { below, outer, base, baseName } = surroundings();
      return new Level(size, below, outer, base, baseName, options.axisName);
    });
  return Object.defineProperty(call, 'name', { value: fn.name }) as unknown as F;
}

/** What a new level stands in. */
export function surroundings() {
  const baseName = activeBackend();
  const outer = baseName === BATCH_BACKEND ? levels.top : undefined;
  if (outer !== undefined) return { below: outer.binding, outer, base: outer.base, baseName: outer.baseName };
  const base = engine().backend as unknown as BindingBackend;
  return { below: base.binding, outer, base, baseName };
}
