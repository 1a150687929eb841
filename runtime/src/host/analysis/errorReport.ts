import { inspect } from 'node:util';
import { ConcretizationError } from '../../bindings/concretization';
import { ShapeError } from '../../bindings/rules/rule';
import { formatSize } from '../../bindings/sizes';

/**
 * tfjs checks shapes before its kernels and prints them its own way; users read ours. Sizes are printed by name where
 * they have one.
 */
const REWRITES: readonly [RegExp, (...groups: string[]) => string][] = [
  [
    /Error in matMul: inner shapes \((\d+)\) and \((\d+)\) of Tensors with shapes ([\d,]*) and ([\d,]*) and .* must match\.?/,
    (inner, outer, a, b) =>
      `matMul: the inner sizes differ: [${sizes(a)}] × [${sizes(b)}] (${size(inner)} and ${size(outer)}).`,
  ],
  [
    /Operands could not be broadcast together with shapes ([\d,]*) and ([\d,]*)\.?/,
    (a, b) =>
      `The shapes [${sizes(a)}] and [${sizes(b)}] do not broadcast: sizes must be equal or 1, counted from the last axis.`,
  ],
  [
    /Error in (\w+): depth of input \((\d+)\) must match input depth for filter (\d+)\.?/,
    (op, input, filter) => `${op}: the input has ${size(input)} channels, the filter expects ${size(filter)}.`,
  ],
  [
    /Size\((\d+)\) must match the product of shape ([\d,-]*)/,
    (count, shape) => `reshape: ${size(count)} elements do not fit the shape [${sizes(shape)}].`,
  ],
  [
    /The implicit shape can't be a fractional number\. Got (\d+) \/ (\d+)/,
    (count, known) => `reshape: ${size(count)} elements cannot be divided by ${size(known)} to find the size for -1.`,
  ],
  [
    /Error in (concat)\dD: Shape of tensors\[(\d+)\] \(([\d,]*)\) does not match the shape of the rest \(([\d,]*)\) along the non-concatenated axis (\d+)\.?/,
    (op, index, a, b, axis) =>
      `${op}: input ${index} has shape [${sizes(a)}], the others [${sizes(b)}]; they differ along axis ${axis}, which is not concatenated.`,
  ],
];

/** What was thrown, as users should read it. */
export function readableMessage(thrown: unknown): string {
  const message = messageOf(thrown);
  for (const [pattern, rewrite] of REWRITES) {
    const found = pattern.exec(message);
    if (found) return message.replace(found[0], () => rewrite(...found.slice(1)));
  }
  const named = message.replace(/(?<![\w.])\d{3,}(?![\w.])/g, (digits) => size(digits));
  // The place in evaluated code; the report has the one in the source.
  if (thrown instanceof ConcretizationError) return named.replace(/ at \S.*?:\d+:\d+/, '');
  if (!(thrown instanceof ShapeError)) return named;
  return named.replace(/^([A-Z]\w*?)(?:V\d)?:/, (_, op: string) => `${USER_NAMES[op] ?? lowerFirst(op)}:`);
}

function lowerFirst(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}

/** Ops whose tfjs name is not their TensorFlow name with a small initial. */
const USER_NAMES: Readonly<Record<string, string>> = { BatchMatMul: 'matMul', Conv2D: 'conv2d', Conv3D: 'conv3d' };

function size(digits: string | undefined): string {
  return formatSize(Number(digits));
}

function sizes(list: string | undefined): string {
  return list ? list.split(',').map(size).join(', ') : '';
}

/** Longer ones fill the screen and say no more. */
const LONGEST_MESSAGE = 2000;

/** What was thrown says; code throws anything, strings and objects that cannot be printed among it. */
export function messageOf(thrown: unknown): string {
  let message: unknown;
  try {
    const said = thrown instanceof Error ? thrown.message || thrown.name : thrown;
    message = typeof said === 'string' ? said : `${inspect(said, { depth: 1 })} was thrown.`;
  } catch {
    // A getter or a proxy of the user's.
  }
  const text = typeof message === 'string' ? message : 'Something was thrown that cannot be printed.';
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}

export function stackOf(thrown: unknown): string | undefined {
  try {
    const { stack } = thrown as Error;
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    return undefined;
  }
}

/** The stack's frames in the given files, innermost first; positions as V8 counts them, from 1. */
export function framesIn(
  stack: string | undefined,
  paths: readonly string[],
): { path: string; line: number; column: number }[] {
  const frames: { path: string; line: number; column: number }[] = [];
  for (const text of stack?.split('\n') ?? []) {
    const found = /^\s+at (.+):(\d+):(\d+)\)?$/.exec(text);
    // Names and paths may hold spaces and parentheses: of the paths that fit, the longest is the frame's.
    const fitting = paths.filter((path) => found?.[1]?.endsWith(path)).sort((a, b) => b.length - a.length);
    const path = fitting[0];
    if (path !== undefined) frames.push({ path, line: Number(found?.[2]), column: Number(found?.[3]) });
  }
  return frames;
}
