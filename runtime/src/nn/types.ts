/** The types of DESIGN section 5: inputs are positional, options are one last object, `partial` makes options optional. */
import type { Tensor } from '#tfjs';
import type { AsStructs, Spec } from '../transforms/shapeDtypeStruct';
import type { Model } from './model';

// biome-ignore lint/suspicious/noExplicitAny: parameter trees have whatever form their module declares.
type Any = any;

/** A module's parameters: nested objects with tensors (or any pytree that an initializer made) at the leaves. */
export type Params = { [name: string]: Any };

/** Makes a parameter's first value from a key and a shape. */
export type Initializer = (key: Tensor, shape: readonly number[], dtype?: DType) => Tensor;
export type DType = 'float32' | 'int32' | 'bool';

// Method bivariance is wanted: modules with narrower inputs are still functions.
type AnyFunction = (...args: Any[]) => Any;

/** Whether a parameter's type is an options object rather than an input. */
type IsOptions<T> = [NonNullable<T>] extends [never]
  ? false
  : NonNullable<T> extends NotDict
    ? false
    : NonNullable<T> extends object
      ? IsTensorDict<NonNullable<T>> extends true
        ? false
        : true
      : false;
type NotDict = Tensor | readonly Any[] | AnyFunction | string | number | boolean | bigint | symbol;
/** A dict that holds tensors only, and surely: no property of it is optional. */
type IsTensorDict<T> = [keyof T] extends [never] ? false : HoldsTensors<T[keyof T]>;
type HoldsTensors<V> = 0 extends 1 & V ? false : [V] extends [Tensor | readonly Tensor[]] ? true : false;

type Last<A extends Any[]> = Required<A> extends [...Any[], infer L] ? L : never;

/** A method's inputs: its parameters without the last options object. */
export type Inputs<A extends Any[]> =
  IsOptions<Last<A>> extends true ? (A extends [...infer P, Any] ? P : A extends [...infer P, Any?] ? P : A) : A;
/** A method's options; none gives `{}`. */
// biome-ignore lint/complexity/noBannedTypes: `{}` is the type of no options.
export type Options<A extends Any[]> = IsOptions<Last<A>> extends true ? NonNullable<Last<A>> : {};

/** What is left of options `O` once those named `K` were given. */
type Remaining<O, K> = Omit<O, K & keyof O> & Partial<Pick<O, K & keyof O>>;
export type Named = { name?: string };
// biome-ignore lint/complexity/noBannedTypes: asks whether every option is optional.
type OptionsArg<O> = {} extends O ? [options?: O & Named] : [options: O & Named];
type Args<A extends Any[], K> = [...Inputs<A>, ...OptionsArg<Remaining<Options<A>, K>>];

/** What nn.module makes callable. */
export interface Applies {
  /** What the module computes: inputs are positional, options are one last object. */
  apply(...args: Any[]): Any;
}
export type ModuleClass = abstract new () => Applies;
/** The module of a function, which is its `apply`. */
export type ModuleOfFunction<F> = ModuleOf<{ apply: F }>;
/** The module of a class, with the class's static members. */
export type ModuleOfClass<S extends ModuleClass> = [Exclude<keyof S, 'prototype'>] extends [never]
  ? ModuleOf<InstanceType<S>>
  : WithStatics<InstanceType<S>, S>;
/** Has a name of its own, so that the declarations of exported modules can say it. */
export type WithStatics<C, S> = ModuleOf<C> & Omit<S, 'prototype'>;
type ApplyArgs<C> = C extends { apply(...args: infer A): Any } ? A : never;
type Output<C> = C extends { apply(...args: Any[]): infer R } ? R : never;
/** The methods beside apply; `ModuleMembers` are nn.Module's own. */
type MethodNames<C> = {
  [M in keyof C]: M extends 'apply' | ModuleMembers ? never : C[M] extends AnyFunction ? M : never;
}[keyof C];
export type ModuleMembers = 'param' | 'getParam' | 'state' | 'isInitializing' | 'isStateful';
type MethodArgs<C, M extends keyof C> = C[M] extends (...args: infer A) => Any ? A : never;
type MethodOutput<C, M extends keyof C> = C[M] extends (...args: Any[]) => infer R ? R : never;

type Specs<A extends Any[]> = { [I in keyof A]: Spec<A[I]> };

/** What nn.module returns: `C` is the class's instance type, `K` names the options already given by `partial`. */
export type ModuleOf<C, K extends PropertyKey = never> = {
  /** Calls the module inside another module's method; its parameters live there under its name. */
  (...args: Args<ApplyArgs<C>, K>): Output<C>;
  /** Runs the module and makes its parameters; the same key gives the same parameters as Flax. */
  init(key: Tensor, ...args: Args<ApplyArgs<C>, K>): [output: Output<C>, params: Params];
  /** As `init`, from shapes alone: nothing is computed but the parameters. */
  initByShape(
    key: Tensor,
    specs: Specs<Inputs<ApplyArgs<C>>>,
    ...options: OptionsArg<Remaining<Options<ApplyArgs<C>>, K>>
  ): [output: AsStructs<Output<C>>, params: Params];
  /** As `init`, with a Model of the parameters. */
  create(key: Tensor, ...args: Args<ApplyArgs<C>, K>): [output: Output<C>, model: Model<C, K>];
  /** As `initByShape`, with a Model of the parameters. */
  createByShape(
    key: Tensor,
    specs: Specs<Inputs<ApplyArgs<C>>>,
    ...options: OptionsArg<Remaining<Options<ApplyArgs<C>>, K>>
  ): [output: AsStructs<Output<C>>, model: Model<C, K>];
  /** Runs the module with the given parameters. */
  call(params: Params, ...args: Args<ApplyArgs<C>, K>): Output<C>;
  /** The same module with some options given. */
  partial<P extends Partial<Options<ApplyArgs<C>>> & Named>(options: P): ModuleOf<C, K | keyof P>;
  /** Inside a method: a module that has the same parameters in each of its calls. */
  shared<P extends Partial<Options<ApplyArgs<C>>> & Named>(options?: P): SharedOf<C, K | keyof P>;
  /** The module's name: the class's, or the one given to nn.module. */
  readonly name: string;
} & { [M in MethodNames<C>]: (params: Params, ...args: Args<MethodArgs<C, M>, K>) => MethodOutput<C, M> };

/** A shared module: callable, with the module's other methods. */
export type SharedOf<C, K extends PropertyKey = never> = ((...args: Args<ApplyArgs<C>, K>) => Output<C>) & {
  [M in MethodNames<C>]: (...args: Args<MethodArgs<C, M>, K>) => MethodOutput<C, M>;
};

/** A Model that returns inner outputs. */
export type Truncated<C, K extends PropertyKey, P> = ((...args: Args<ApplyArgs<C>, K>) => OutputsAt<P>) & {
  /** The whole module's parameters. */
  readonly params: Params;
  /** A copy with other parameters. */
  replace(changes: { params?: Params }): Truncated<C, K, P>;
};
/** The outputs of the modules at the paths in `P`. */
type OutputsAt<P> = P extends string ? Any[] : { -readonly [I in keyof P]: OutputsAt<P[I]> };
