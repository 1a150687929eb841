import { moduleFrames } from '../bindings/stack';
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
}

/** The spec with more options given; `name` becomes its default name. */
export function withOptions(spec: ModuleSpec, { name, ...options }: OptionValues): ModuleSpec {
  const defaultName = name === undefined ? spec.defaultName : checkName(name);
  return { ...spec, options: { ...spec.options, ...options }, defaultName };
}

/** The spec as a shared module of the module that is running. */
export function share(spec: ModuleSpec, options: OptionValues): ModuleSpec {
  const parent = moduleFrames.top;
  if (parent === undefined) throw new ModuleError(`${spec.className}.shared should be used inside a module's apply.`);
  const partial = withOptions({ ...spec, defaultName: null }, options);
  const name = partial.defaultName ?? parent.createName();
  if (parent.sharedNames.has(name)) {
    throw new ModuleError(`A shared module named '${name}' already exists in ${parent.path}.`);
  }
  parent.sharedNames.add(name);
  return { ...partial, defaultName: name, sharedIn: parent };
}

function checkName(name: unknown): string {
  if (typeof name !== 'string') throw new ModuleError(`A module's name must be a string, got ${typeof name}.`);
  if (/[/:]/.test(name)) throw new ModuleError(`A module's name should not contain slashes or colons, got '${name}'.`);
  return name;
}
