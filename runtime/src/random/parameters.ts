/** Parameters of distributions, element by element. */
import { broadcast_util, Tensor, tensor } from '#tfjs';
import { checkKey, counting } from './key';

/** A parameter: a number, numbers in nested arrays, or a tensor. It broadcasts to the shape. */
export type Parameter = number | Tensor | readonly number[] | readonly (readonly number[])[];

/** The parameters as float32 tensors, and the shape: the given one, else what the parameters broadcast to. */
export function parametersOf<N extends string>(
  fn: string,
  key: Tensor,
  given: Readonly<Record<N, Parameter>>,
  shape?: readonly number[],
): Record<N, Tensor> & { shape: number[] } {
  checkKey(fn, key);
  const tensors: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries<Parameter>(given)) tensors[name] = asFloat(fn, name, value);
  const shapes = Object.values(tensors).map((parameter) => parameter.shape);
  const size = shape === undefined ? shapes.reduce(broadcast_util.assertAndGetBroadcastShape, []) : [...shape];
  counting(fn, size);
  for (const [name, parameter] of Object.entries(tensors)) checkFits(fn, name, parameter.shape, size);
  return { ...tensors, shape: size } as Record<N, Tensor> & { shape: number[] };
}

export function asFloat(fn: string, name: string, value: Parameter): Tensor {
  if (value instanceof Tensor) return value.dtype === 'float32' ? value : value.cast('float32');
  if (typeof value === 'number' || Array.isArray(value)) return tensor(value as number, undefined, 'float32');
  throw new TypeError(`random.${fn}: ${name} is a number, an array of numbers or a tensor, got ${String(value)}.`);
}

/** Throws RangeError unless a parameter of shape `from` broadcasts to the shape. */
export function checkFits(fn: string, name: string, from: readonly number[], to: readonly number[]): void {
  const extra = to.length - from.length;
  if (extra >= 0 && from.every((size, i) => size === 1 || size === to[i + extra])) return;
  throw new RangeError(`random.${fn}: ${name} of shape [${from.join(', ')}] does not broadcast to [${to.join(', ')}].`);
}
