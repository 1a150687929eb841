/** The types of DESIGN section 5: inputs are positional, options are one last object, `partial` makes options optional. */
import type { Tensor } from '#tfjs';
import type { ShapeDtypeStruct, Spec } from '../transforms/shapeDtypeStruct';

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
  : NonNullable<T> extends Tensor | readonly Any[] | AnyFunction | string | number | boolean
    ? false
    : NonNullable<T> extends object
      ? true
      : false;
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

/** A class for nn.module. */
export interface Applies {
  apply(...args: Any[]): Any;
}
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
type AsStructs<T> = T extends Tensor ? ShapeDtypeStruct : T extends object ? { [K in keyof T]: AsStructs<T[K]> } : T;

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

/** A module with its parameters: callable, immutable, a pytree of its parameters. */
export type Model<C = Applies, K extends PropertyKey = never> = SharedOf<C, K> & {
  readonly module: ModuleOf<C, K>;
  readonly params: Params;
  /** A copy with other parameters. */
  replace(changes: { params?: Params }): Model<C, K>;
};
