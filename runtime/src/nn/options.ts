/** Which of a call's arguments are inputs and which is the options object (DESIGN 5.1 "Calls"). */
import { Tensor } from '#tfjs';
import { isArrayLike, isShape } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';

export type OptionValues = Readonly<Record<string, unknown>>;

/**
 * Splits off the last argument where it is an options object: a plain object whose leaves are not all tensors or specs.
 * A dict of tensors is an input.
 */
export function splitOptions(args: readonly unknown[]): { inputs: readonly unknown[]; options: OptionValues } {
  const last = args.at(-1);
  if (!tree.isPlainObject(last) || isTensorTree(last)) return { inputs: args, options: {} };
  return { inputs: args.slice(0, -1), options: last };
}

function isTensorTree(value: Record<string, unknown>): boolean {
  if (isArrayLike(value)) return true;
  const leaves = tree.leaves(value, { isLeaf: (leaf) => isArrayLike(leaf) || isShape(leaf) });
  return leaves.length > 0 && leaves.every((leaf) => leaf instanceof Tensor || isArrayLike(leaf));
}

type Method = (...args: never[]) => unknown;

/** A method's arguments with the options in their place. */
export function joinOptions(method: Method, inputs: readonly unknown[], options: OptionValues): unknown[] {
  const given = Object.keys(options).length > 0;
  const place = optionsPlace(method);
  // A required options object (`apply(x, { features })`) is there even when empty, so its defaults apply.
  if (!given && method.length <= inputs.length) return [...inputs];
  const joined = [...inputs];
  joined[Math.max(inputs.length, place ?? 0)] = options;
  return joined;
}

/** Where a method declares an options object: the index of a last parameter that is an object pattern. */
export function optionsPlace(method: Method): number | undefined {
  const parameters = parameterList(method);
  return parameters.at(-1)?.startsWith('{') ? parameters.length - 1 : undefined;
}

/** The method's parameters as written, split at their top-level commas. JavaScript offers no other way to see them. */
function parameterList(method: Method): string[] {
  const source = Function.prototype.toString.call(method).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
  const parameters: string[] = [];
  let depth = 0;
  let current = '';
  for (let i = source.indexOf('('); i >= 0 && i < source.length; i++) {
    const c = source[i] as string;
    if (c === "'" || c === '"' || c === '`') {
      const end = source.indexOf(c, i + 1);
      current += source.slice(i, end + 1);
      i = end;
      continue;
    }
    if (')]}'.includes(c) && --depth === 0) break;
    if (c === ',' && depth === 1) {
      parameters.push(current.trim());
      current = '';
    } else if (depth > 0) current += c;
    if ('([{'.includes(c)) depth++;
  }
  return current.trim() === '' ? parameters : [...parameters, current.trim()];
}
