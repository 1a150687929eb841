/** nn.module: makes a class into a callable with `init`, `call`, `partial`, `shared` and the class's own methods. */
import type { Tensor } from '#tfjs';
import { Module } from './module';
import { ModuleError } from './moduleError';
import type { OptionValues } from './options';
import { call, callInside, init, initByShape } from './run';
import { type ModuleSpec, share, withOptions } from './spec';
import type { Applies, ModuleOf, Params } from './types';

const SPEC = Symbol('distaff.moduleSpec');

/** What a callable made here stands for; undefined for other functions. */
export function moduleSpecOf(callable: unknown): ModuleSpec | undefined {
  return typeof callable === 'function' ? (callable as { [SPEC]?: ModuleSpec })[SPEC] : undefined;
}

/**
 * Makes a class with an `apply` method into a callable module. Its name, which enters parameter paths and keys, is the
 * class's; `nn.module('Block', class extends nn.Module {…})` gives it explicitly.
 */
export function module<C extends Applies>(cls: abstract new () => C): ModuleOf<C>;
export function module<C extends Applies>(name: string, cls: abstract new () => C): ModuleOf<C>;
export function module<C extends Applies>(
  ...given: [abstract new () => C] | [string, abstract new () => C]
): ModuleOf<C> {
  const cls = given.at(-1) as unknown as ModuleSpec['cls'];
  const className = given.length === 2 ? (given[0] as string) : cls.name;
  const prototype: Partial<Applies> | undefined = cls?.prototype;
  if (!(prototype instanceof Module) || typeof (prototype as Partial<Applies>).apply !== 'function') {
    throw new ModuleError('nn.module needs a class that extends nn.Module and has an apply method.');
  }
  if (className.length < 2) {
    console.warn(
      `nn.module: the class name '${className}' becomes part of parameter names and keys; it looks empty or minified. ` +
        "Give the name explicitly: nn.module('Block', class extends nn.Module {…}).",
    );
  }
  return makeCallable({ cls, className, options: {}, defaultName: null, sharedIn: null }) as unknown as ModuleOf<C>;
}

type Callable = ((...args: unknown[]) => unknown) & { [SPEC]: ModuleSpec };

const CALLABLE_MEMBERS = {
  init: (spec: ModuleSpec, key: Tensor, ...args: unknown[]) => init(spec, key, args),
  initByShape: (spec: ModuleSpec, key: Tensor, specs: readonly unknown[], options: OptionValues = {}) =>
    initByShape(spec, key, specs, options),
  call: (spec: ModuleSpec, params: Params, ...args: unknown[]) => call(spec, 'apply', params, args),
  partial: (spec: ModuleSpec, options: OptionValues) => makeCallable(withOptions(spec, options)),
  shared: (spec: ModuleSpec, options: OptionValues = {}) => makeCallable(share(spec, options)),
};

/** Members of modules and Models, which methods may not be named like. */
const RESERVED = new Set([
  ...Object.keys(CALLABLE_MEMBERS),
  'params',
  'module',
  'replace',
  'truncateAt',
  'name',
  'length',
]);

function makeCallable(spec: ModuleSpec): Callable {
  const callable = (...args: unknown[]) => callInside(spec, 'apply', args);
  // Static members stay reachable: nn.LSTMCell.initializeCarry.
  Object.setPrototypeOf(callable, spec.cls);
  Object.defineProperty(callable, SPEC, { value: spec });
  Object.defineProperty(callable, 'name', { value: spec.className });
  for (const [name, member] of Object.entries(CALLABLE_MEMBERS)) {
    Object.defineProperty(callable, name, {
      value: (...args: never[]) => (member as (...a: unknown[]) => unknown)(spec, ...args),
    });
  }
  for (const method of methodNames(spec)) {
    const value =
      spec.sharedIn === null
        ? (params: Params, ...args: unknown[]) => call(spec, method, params, args)
        : (...args: unknown[]) => callInside(spec, method, args);
    Object.defineProperty(callable, method, { value });
  }
  return callable as Callable;
}

/** The class's methods beside apply, its base classes' included. */
export function methodNames({ cls, className }: ModuleSpec): string[] {
  const names = new Set<string>();
  for (let proto = cls.prototype; proto !== Module.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(proto))) {
      if (typeof value === 'function' && name !== 'constructor' && name !== 'apply') names.add(name);
    }
  }
  const taken = [...names].find((name) => RESERVED.has(name) || name in Module.prototype);
  if (taken !== undefined) {
    throw new ModuleError(
      `${className}: a module's method may not be named '${taken}', which every module and Model has.`,
    );
  }
  return [...names];
}
