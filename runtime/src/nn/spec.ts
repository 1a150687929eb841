import { moduleFrames } from '../bindings/stack';
import { isPlainObject } from '../tree';
import type { ModuleFrame } from './frame';
import type { Module } from './module';
import { ModuleError } from './moduleError';
import type { OptionValues } from './options';
import type { Applies } from './types';

/** One module: its class, with what `partial` and `shared` added. */
export interface ModuleSpec {
  readonly cls: new () => Applies & Module;
  readonly className: string;
  readonly options: OptionValues;
  readonly defaultName: string | null;
  /** For a shared module: the frame that holds its parameters. */
  readonly sharedIn: ModuleFrame | null;
  /** A pytree of module paths whose outputs it gives in place of its own (Model.truncateAt). */
  readonly truncatePath: unknown;
}

/** The spec with more options given; `name` becomes its default name. */
export function withOptions(spec: ModuleSpec, given: OptionValues): ModuleSpec {
  checkIsOptions(spec, given);
  const { name, options } = takeName(given);
  return { ...spec, options: mergeOptions(spec.options, options), defaultName: name ?? spec.defaultName };
}

/** Throws unless what was given as options is an object of them. */
export function checkIsOptions({ className }: ModuleSpec, given: unknown): void {
  if (isPlainObject(given)) return;
  throw new ModuleError(`${className}: options are one object, { name: … }; got ${typeof given}.`);
}

/** Options given later win; undefined is an option that was not given. */
export function mergeOptions(before: OptionValues, given: OptionValues): OptionValues {
  return { ...before, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** Every module takes the option `name`, which is not for its methods. */
export function takeName({ name, ...options }: OptionValues): { name: string | null; options: OptionValues } {
  return { name: name === undefined || name === null ? null : checkName(name), options };
}

/** The spec as a shared module of the module that is running. */
export function share(spec: ModuleSpec, options: OptionValues): ModuleSpec {
  const parent = moduleFrames.top;
  if (parent === undefined) {
    throw new ModuleError(
      `${spec.className}.shared was called outside of a module. It shares parameters between calls inside a module's apply.`,
    );
  }
  const partial = withOptions({ ...spec, defaultName: null }, options);
  const name = partial.defaultName ?? parent.createName();
  if (parent.sharedNames.has(name)) {
    throw new ModuleError(`A shared module named '${name}' already exists in ${parent.path}.`);
  }
  parent.sharedNames.add(name);
  return { ...partial, defaultName: name, sharedIn: parent };
}

/** Throws unless `name` can be a part of a module's path. */
export function checkName(name: unknown): string {
  if (typeof name !== 'string') throw new ModuleError(`A module's name must be a string, got ${typeof name}.`);
  if (/[/:]/.test(name)) throw new ModuleError(`A module's name should not contain slashes or colons, got '${name}'.`);
  return name;
}
