/** Which of a call's arguments are inputs and which is the options object (DESIGN 5.1 "Calls"). */
import { Tensor } from '#tfjs';
import { ShapeDtypeStruct } from '../transforms/shapeDtypeStruct';
import { isPlainObject } from '../tree';
import { ModuleError } from './moduleError';
import { type Method, type Parameters, parametersOf } from './parameters';

export type OptionValues = Readonly<Record<string, unknown>>;

/**
 * Splits off the last argument where it is an options object: a plain object whose leaves are not all tensors. A dict of
 * tensors is an input; but where the method declares its options object and a partial gave some of them already, it is
 * the rest of these.
 */
export function splitOptions(
  method: Method,
  args: readonly unknown[],
  partial: OptionValues,
): { inputs: readonly unknown[]; options: OptionValues } {
  const last = args.at(-1);
  if (!isPlainObject(last) || (isTensorDict(last) && !continues(partial, method, args.length))) {
    return { inputs: args, options: {} };
  }
  return { inputs: args.slice(0, -1), options: last };
}

function continues(partial: OptionValues, method: Method, argumentCount: number): boolean {
  const parameters = parametersOf(method);
  return Object.keys(partial).length > 0 && parameters?.last === 'pattern' && argumentCount >= parameters.count;
}

/** Deeper than any parameters are. */
const DEEPEST = 1000;

/** Whether a dict holds tensors and nothing else: at least one, in dicts and arrays of any depth. */
function isTensorDict(value: Readonly<Record<string, unknown>>): boolean {
  let found = false;
  const holdsTensors = (item: unknown, depth: number): boolean => {
    // What contains itself has no end; what takes it says so.
    if (item === null || item === undefined || depth > DEEPEST) return true;
    if (item instanceof Tensor || item instanceof ShapeDtypeStruct) {
      found = true;
      return true;
    }
    if (Array.isArray(item)) return item.every((inner) => holdsTensors(inner, depth + 1));
    return isPlainObject(item) && Object.values(item).every((inner) => holdsTensors(inner, depth + 1));
  };
  return holdsTensors(value, 0) && found;
}

/**
 * A method's arguments: the inputs, with the options where the method declares them, behind the inputs at least. Throws
 * if it takes no such options. `caller` names the method in errors.
 */
export function joinOptions(
  method: Method,
  inputs: readonly unknown[],
  options: OptionValues,
  caller: string,
): unknown[] {
  const joined = [...inputs];
  const parameters = parametersOf(method);
  const given = Object.keys(options).length > 0;
  if (parameters === undefined || parameters.last === 'rest') return given ? [...joined, options] : joined;
  const place = parameters.count - 1;
  checkInputs(parameters, inputs, caller);
  if (!given) {
    // A required options object (`apply(x, { features })`) is there even when empty, so its defaults apply.
    const required = parameters.last === 'pattern' ? !parameters.hasDefault : method.length === parameters.count;
    if (required && inputs.length <= place) joined[place] = {};
    return joined;
  }
  checkOptions(options, inputs.length <= place ? parameters.names : [], caller);
  joined[Math.max(inputs.length, place)] = options;
  return joined;
}

/** `Dense(x, 2)`: what stands where the options do is none of their own kind. */
function checkInputs({ last, count, names }: Parameters, inputs: readonly unknown[], caller: string): void {
  const inPlace = inputs[count - 1];
  const isTensor = inPlace instanceof Tensor || typeof inPlace === 'number';
  if (last !== 'pattern' || (inputs.length <= count && !isTensor)) return;
  const takes = `${count - 1} input${count === 2 ? '' : 's'}`;
  const options = names?.length ? `, and options by name: { ${names.join(', ')} }` : '';
  throw new ModuleError(`${caller} takes ${takes}${options}; got ${inputs.length} inputs.`);
}

function checkOptions(options: OptionValues, known: readonly string[] | undefined, caller: string): void {
  const unknown = Object.keys(options).find((name) => !(known?.includes(name) ?? true));
  if (unknown === undefined) return;
  const has = known?.length ? `it has ${known.join(', ')}` : 'it takes none';
  throw new ModuleError(`${caller} has no option '${unknown}'; ${has}.`);
}

/** Those of a partial's options that are for a method beside apply: those that its options object declares. */
export function optionsFor(method: Method, partial: OptionValues): OptionValues {
  const parameters = parametersOf(method);
  if (parameters?.last !== 'pattern') return {};
  const { names } = parameters;
  return Object.fromEntries(Object.entries(partial).filter(([name]) => names?.includes(name) ?? true));
}
