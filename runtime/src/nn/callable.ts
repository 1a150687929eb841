/** nn.module: makes a class into a callable with `init`, `call`, `partial`, `shared` and the class's own methods. */
import type { Tensor } from '#tfjs';
import * as tree from '../tree';
import { Model } from './model';
import { Module } from './module';
import { ModuleError } from './moduleError';
import type { OptionValues } from './options';
import { call, callInside, init, initByShape } from './run';
import { checkName, type ModuleSpec, share, withOptions } from './spec';
import type { Applies, ModuleClass, ModuleOf, ModuleOfClass, ModuleOfFunction, Params } from './types';

/** Where a callable keeps what it stands for. */
const SPEC: unique symbol = Symbol('distaff.moduleSpec');

/** What a callable made here stands for; undefined for other functions. */
export function moduleSpecOf(callable: unknown): ModuleSpec | undefined {
  return typeof callable === 'function' ? (callable as { [SPEC]?: ModuleSpec })[SPEC] : undefined;
}

/**
 * Makes a class with an `apply` method into a callable module. Its name, which enters parameter paths and keys, is the
 * class's; `nn.module('Block', class extends nn.Module {…})` gives it explicitly.
 */
export function module<S extends ModuleClass>(cls: S): ModuleOfClass<S>;
export function module<S extends ModuleClass>(name: string, cls: S): ModuleOfClass<S>;
/** Makes a function that needs no parameters of its own into a module: the function is its `apply`. */
export function module<F extends AnyFunction>(apply: F): ModuleOfFunction<F>;
export function module<F extends AnyFunction>(name: string, apply: F): ModuleOfFunction<F>;
export function module(...given: [Definition] | [string, Definition]): unknown {
  const definition = given.at(-1) as Definition;
  const cls = (isPlainFunction(definition) ? classOf(definition) : definition) as unknown as ModuleSpec['cls'];
  checkClass(cls);
  const className = given.length === 2 ? explicitName(given[0] as string) : definition.name;
  if (given.length === 1 && className.length < 2) {
    console.warn(
      `nn.module: the class name '${className}' becomes part of parameter names and keys; it looks empty or minified. ` +
        "Give the name explicitly: nn.module('Block', class extends nn.Module {…}).",
    );
  }
  checkStatics(cls, className);
  return makeCallable({ cls, className, options: {}, defaultName: null, sharedIn: null, truncatePath: null });
}

type AnyFunction = (...args: never[]) => unknown;
type Definition = ModuleClass | AnyFunction;

function isPlainFunction(definition: Definition): definition is AnyFunction {
  return (
    typeof definition === 'function' &&
    moduleSpecOf(definition) === undefined &&
    !/^class\b/.test(Function.prototype.toString.call(definition))
  );
}

function classOf(apply: AnyFunction): ModuleClass {
  const cls = class extends Module {};
  Object.defineProperty(cls.prototype, 'apply', { value: apply });
  return cls as unknown as ModuleClass;
}

function checkClass(cls: ModuleSpec['cls']): void {
  if (typeof cls === 'function' && Object.hasOwn(cls, SPEC)) {
    throw new ModuleError(`nn.module: ${cls.name} is a module already. It takes the class itself.`);
  }
  const prototype: Partial<Applies> | undefined = cls?.prototype;
  if (!(prototype instanceof Module)) {
    throw new ModuleError('nn.module needs a class that extends nn.Module and has an apply method.');
  }
  if (typeof (prototype as Partial<Applies>).apply !== 'function') {
    throw new ModuleError(
      `nn.module: ${cls.name || 'the class'} needs a method apply(x, …) {…}; a field that holds a function is none.`,
    );
  }
}

/** Static members stay reachable through the callable, whose own come first. */
function checkStatics(cls: ModuleSpec['cls'], className: string): void {
  const taken = Object.keys(CALLABLE_MEMBERS).find((name) => Object.hasOwn(cls, name));
  if (taken === undefined) return;
  throw new ModuleError(`${className}: a static member may not be named '${taken}', which every module has.`);
}

function explicitName(name: unknown): string {
  if (name === '') throw new ModuleError('nn.module: a name given explicitly is not empty.');
  return checkName(name);
}

type Callable = ((...args: unknown[]) => unknown) & { [SPEC]: ModuleSpec };

type Member = (callable: Callable, ...args: never[]) => unknown;

const CALLABLE_MEMBERS: Readonly<Record<string, Member>> = {
  init: ({ [SPEC]: spec }, key: Tensor, ...args: unknown[]) => init(spec, key, args),
  initByShape: ({ [SPEC]: spec }, key: Tensor, specs: readonly unknown[], options: OptionValues = {}) =>
    initByShape(spec, key, specs, options),
  create: (callable, key: Tensor, ...args: unknown[]) => withModel(callable, init(callable[SPEC], key, args)),
  createByShape: (callable, key: Tensor, specs: readonly unknown[], options: OptionValues = {}) =>
    withModel(callable, initByShape(callable[SPEC], key, specs, options)),
  call: ({ [SPEC]: spec }, params: Params, ...args: unknown[]) => call(spec, 'apply', params, args),
  partial: ({ [SPEC]: spec }, options: OptionValues = {}) => makeCallable(withOptions(spec, options)),
  shared: ({ [SPEC]: spec }, options: OptionValues = {}) => makeCallable(share(spec, options)),
};

function withModel(callable: Callable, [output, params]: [unknown, Params]): [unknown, unknown] {
  return [output, Model(callable as unknown as ModuleOf<unknown>, params)];
}

/** The module that returns what modules inside it return, those at the paths in a pytree of paths. */
export function truncated(spec: ModuleSpec, paths: unknown): ModuleOf<unknown> {
  const wrong = tree.leaves(paths).find((path) => typeof path !== 'string' || !path.startsWith('/'));
  if (wrong !== undefined || tree.leaves(paths).length === 0) {
    throw new ModuleError(
      `truncateAt takes the path of a module, '/encoder/dense', or a tree of paths; got ${String(wrong ?? paths)}.`,
    );
  }
  return makeCallable({ ...spec, truncatePath: paths }) as unknown as ModuleOf<unknown>;
}

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
      value: (...args: never[]) => member(callable as Callable, ...args),
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

/**
 * The class's methods beside apply, its base classes' included. Those that every object has (toString) stay the
 * instance's own. Throws where a member has a name that modules or Models need.
 */
export function methodNames({ cls, className }: ModuleSpec): string[] {
  const names = new Set<string>();
  for (let proto = cls.prototype; proto !== Module.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(proto))) {
      if (typeof value === 'function' && name !== 'apply' && !(name in Object.prototype)) names.add(name);
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
