/** Functions with rules of their own for differentiation. */
import { type NamedTensorMap, Tensor, tensor, zeros } from '#tfjs';
import { programs } from '../bindings/stack';
import * as tree from '../tree';
import { linked } from './alias';
import { kindOf, outputsOf } from './arguments';
import { isRecording, type RuledCall, recordStep } from './tape';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

/** A cotangent for each argument; null stands for zeros. */
export type Cotangents<A extends readonly Any[]> = { readonly [I in keyof A]: A[I] | null };

export interface CustomVjp<A extends Any[], R> {
  /** Calls the function. */
  (...args: A): R;
  /**
   * Gives the rule: `fwd(...args)` returns [output, residuals], `bwd(residuals, cotangent)` a cotangent for each argument.
   */
  defvjp<S>(fwd: (...args: A) => readonly [R, S], bwd: (residuals: S, cotangent: R) => Cotangents<A>): CustomVjp<A, R>;
}

/** With `nondiffArgnums`, whose values `bwd` gets first; it gives cotangents for the other arguments. */
export interface PartialCustomVjp<A extends Any[], R> {
  /** Calls the function. */
  (...args: A): R;
  defvjp(fwd: (...args: A) => readonly [R, Any], bwd: (...args: Any[]) => readonly Any[]): PartialCustomVjp<A, R>;
}

interface VjpRule {
  fwd(...args: Any[]): Any;
  bwd(...args: Any[]): Any;
}

/**
 * A function whose derivative is what you say (jax.custom_vjp): `const f = customVjp((x) => …); f.defvjp(fwd, bwd)`. The
 * arguments are pytrees; tensors of the closure get no cotangents, and an error says so where one is being differentiated.
 * The innermost transformation uses the rule, those outside differentiate `fwd` and `bwd`.
 */
export function customVjp<A extends Any[], R>(fn: (...args: A) => R): CustomVjp<A, R>;
export function customVjp<A extends Any[], R>(
  fn: (...args: A) => R,
  options: { nondiffArgnums: readonly number[] },
): PartialCustomVjp<A, R>;
export function customVjp(
  fn: (...args: Any[]) => Any,
  { nondiffArgnums = [] }: { nondiffArgnums?: readonly number[] } = {},
): CustomVjp<Any[], Any> {
  const name = fn.name || 'the function';
  let rule: VjpRule | undefined;
  const call = (...args: Any[]) => {
    if (rule === undefined) {
      throw new Error(`customVjp: ${name} has no rule yet. Give it one with .defvjp(fwd, bwd) before it is called.`);
    }
    return callWithRule(name, fn, rule, new Set(nondiffArgnums), args);
  };
  return Object.assign(call, {
    defvjp(fwd: VjpRule['fwd'], bwd: VjpRule['bwd']) {
      if (typeof fwd !== 'function' || typeof bwd !== 'function') {
        throw new TypeError(`customVjp: ${name}.defvjp takes two functions, fwd and bwd.`);
      }
      rule = { fwd, bwd };
      return call as CustomVjp<Any[], Any>;
    },
  }) as CustomVjp<Any[], Any>;
}

function callWithRule(
  name: string,
  fn: (...args: Any[]) => Any,
  rule: VjpRule,
  fixed: ReadonlySet<number>,
  args: readonly Any[],
): Any {
  if (isRecording()) return recordRuled(name, rule, fixed, args);
  const builder = programs.top;
  if (builder === undefined) return fn(...args);
  // One instruction of the program: run again, it calls the function again, with its rule.
  const [leaves, structure] = tree.flatten(args);
  const given = Object.fromEntries(leaves.flatMap((leaf, i) => (leaf instanceof Tensor ? [[String(i), leaf]] : [])));
  // Holds no tensor of this run.
  const others = leaves.map((leaf) => (leaf instanceof Tensor ? undefined : leaf));
  let form: tree.Structure | undefined;
  const outputs = builder.call(given as NamedTensorMap, (named) => {
    const again = tree.unflatten(
      structure,
      others.map((leaf, i) => named[String(i)] ?? leaf),
    ) as Any[];
    const made = outputsOf(name, isRecording() ? recordRuled(name, rule, fixed, again) : fn(...again));
    form ??= made.structure;
    return made.outputs;
  });
  return tree.unflatten(form as tree.Structure, outputs);
}

/** Runs `fwd` and puts two ways back on the tape: the rule, and what `fwd` did. */
function recordRuled(name: string, rule: VjpRule, fixed: ReadonlySet<number>, args: readonly Any[]): Any {
  const call: RuledCall = { name, used: false };
  const entering: NamedTensorMap = {};
  const moving = args.flatMap((arg, i) => (fixed.has(i) ? [] : [{ i, structure: tree.structure(arg) }]));
  let next = 0;
  const alias = (leaf: unknown): unknown => {
    const place = String(next++);
    if (!(leaf instanceof Tensor) || leaf.dtype !== 'float32') return leaf;
    const inner = linked(leaf);
    entering[place] = leaf;
    recordStep('Identity', { x: leaf } as NamedTensorMap, [inner], identity, { role: { part: 'enter', call } });
    return inner;
  };
  const changed = args.map((arg, i) => (fixed.has(i) ? arg : mapLeaves(alias, arg)));

  const result = rule.fwd(...changed);
  if (!Array.isArray(result) || result.length !== 2) {
    throw new TypeError(`customVjp: fwd of ${name} must return [output, residuals], got ${kindOf(result)}.`);
  }
  const [value, residuals] = result;
  const { outputs, structure } = outputsOf(`customVjp: fwd of ${name}`, value);
  const outer = outputs.map((output) => {
    const leaving = linked(output);
    recordStep('Identity', { x: output } as NamedTensorMap, [leaving], identity, { role: { part: 'exit', call } });
    return leaving;
  });

  const back = (cotangents: Tensor[]) => {
    const nondiff = args.filter((_, i) => fixed.has(i));
    const given = rule.bwd(...nondiff, residuals, tree.unflatten(structure, cotangents));
    return namedCotangents(name, given, moving, entering);
  };
  recordStep(name, entering, outer, back, { custom: true, role: { part: 'rule', call } });
  return tree.unflatten(structure, outer);
}

const identity = ([dy]: Tensor[]) => ({ x: () => dy as Tensor });

const mapLeaves = (fn: (leaf: unknown) => unknown, value: unknown): unknown => {
  const [leaves, structure] = tree.flatten(value);
  return tree.unflatten(structure, leaves.map(fn));
};

/** What `bwd` gave, by the places of the arguments' leaves. */
function namedCotangents(
  name: string,
  given: unknown,
  moving: readonly { i: number; structure: tree.Structure }[],
  entering: NamedTensorMap,
): Record<string, () => Tensor> {
  if (!Array.isArray(given) || given.length !== moving.length) {
    const got = Array.isArray(given) ? `an array of ${given.length}` : kindOf(given);
    throw new TypeError(
      `customVjp: bwd of ${name} must return an array with a cotangent for each of the ${moving.length} arguments ` +
        `(null for zeros), got ${got}.`,
    );
  }
  const leaves = moving.flatMap(({ i, structure }, position) => {
    const own: unknown = given[position];
    if (own === null || own === undefined) return Array<unknown>(structure.leafCount).fill(null);
    try {
      return tree.flattenUpTo(structure, own);
    } catch {
      throw new TypeError(
        `customVjp: bwd of ${name} must give argument ${i} a cotangent of its form ${structure}, got ${tree.structure(own)}.`,
      );
    }
  });
  return Object.fromEntries(
    Object.entries(entering).map(([place, { shape }]) => {
      return [place, () => cotangent(name, leaves[Number(place)], shape)];
    }),
  );
}

function cotangent(name: string, value: unknown, shape: number[]): Tensor {
  if (value === null || value === undefined) return zeros(shape);
  if (typeof value === 'number' && shape.length === 0) return tensor(value, [], 'float32');
  if (value instanceof Tensor && value.dtype === 'float32' && value.shape.join() === shape.join()) return value;
  throw new TypeError(
    `customVjp: bwd of ${name} gave the cotangent ${kindOf(value)} for an argument f32[${shape.join(', ')}]; ` +
      'they must have the same shape and dtype.',
  );
}
