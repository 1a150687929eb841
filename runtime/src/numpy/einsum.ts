/** Einstein summation. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asNumeric, describe, promoted } from './array';
import { moveaxis, reshape, transpose } from './manipulation';
import { sum } from './reductions';
import { diagonal } from './triangles';

/** A tensor with a label for each axis. */
interface Labelled {
  readonly x: tf.Tensor;
  readonly labels: readonly string[];
}

/**
 * Sums products of the operands over the labels that the result does not have: `einsum('bqhd,bkhd->bhqk', q, k)`.
 * '...' stands for axes that broadcast. Without '->' the result has the labels that occur once, in alphabetical order.
 */
export function einsum(subscripts: string, ...operands: ArrayLike[]): tf.Tensor {
  const tensors = promoted(operands.map(asNumeric));
  const { inputs, output } = parse(subscripts, tensors);
  const sizes = labelSizes(subscripts, tensors, inputs);
  const terms = tensors.map((x, i) => withoutRepeats(withoutBroadcast({ x, labels: inputs[i] as string[] }, sizes)));
  const product = terms.reduce((left, right, i) => {
    const later = terms.slice(i + 1).flatMap(({ labels }) => labels);
    return contract(left, right, new Set([...output, ...later]), sizes);
  });
  return arrange(sumOut(product, new Set(output)), output, sizes);
}

function parse(subscripts: string, tensors: tf.Tensor[]): { inputs: string[][]; output: string[] } {
  const fail = (problem: string): never => {
    throw new ShapeError(`jnp.einsum: '${subscripts}' ${problem}.`);
  };
  const [left = '', right, ...more] = subscripts.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (more.length > 0) fail("has more than one '->'");
  if (terms.length !== tensors.length) fail(`describes ${terms.length} arrays, but ${tensors.length} were given`);
  const labelsOf = (term: string, ellipsis: number): string[] => {
    if (!/^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(term)) fail(`has a term that is not letters and '...': '${term}'`);
    const [before = '', after] = term.split('...');
    // Broadcast axes are labelled by their distance from the last one.
    const dots = Array.from({ length: after === undefined ? 0 : ellipsis }, (_, i) => String(ellipsis - 1 - i));
    return [...before, ...dots, ...(after ?? '')];
  };
  const ellipses = terms.map((term, i) => (tensors[i] as tf.Tensor).rank - term.replace('...', '').length);
  const inputs = terms.map((term, i) => labelsOf(term, ellipses[i] as number));
  inputs.forEach((labels, i) => {
    const x = tensors[i] as tf.Tensor;
    if (labels.length !== x.rank) fail(`has '${terms[i]}' for ${describe(x)}, which has ${x.rank} axes`);
  });
  const all = inputs.flat();
  const widest = Math.max(0, ...ellipses.filter((_, i) => terms[i]?.includes('...')));
  const once = [...new Set(all)].filter(
    (label) => /[A-Za-z]/.test(label) && all.indexOf(label) === all.lastIndexOf(label),
  );
  const output = labelsOf(right ?? `...${once.sort().join('')}`, widest);
  const odd = output.find((label, i) => !all.includes(label) || output.indexOf(label) !== i);
  if (odd !== undefined) fail(`has '${odd}' in the result ${all.includes(odd) ? 'twice' : 'but in no operand'}`);
  return { inputs, output };
}

function labelSizes(subscripts: string, tensors: tf.Tensor[], inputs: string[][]): Map<string, number> {
  const sizes = new Map<string, number>();
  tensors.forEach((x, i) => {
    inputs[i]?.forEach((label, axis) => {
      const size = x.shape[axis] as number;
      const known = sizes.get(label) ?? 1;
      const broadcasts = /\d/.test(label) && (size === 1 || known === 1);
      if (sizes.has(label) && size !== known && !broadcasts) {
        const shapes = tensors.map(describe).join(', ');
        throw new ShapeError(
          `jnp.einsum: '${label}' of '${subscripts}' is both ${known} and ${size} in the operands ${shapes}.`,
        );
      }
      sizes.set(label, broadcasts ? Math.max(size, known) : size);
    });
  });
  return sizes;
}

/** Drops axes of size 1 that '...' broadcasts: the product with the other operand gives them their size. */
function withoutBroadcast({ x, labels }: Labelled, sizes: Map<string, number>): Labelled {
  const kept = labels.map((label, i) => x.shape[i] === sizes.get(label));
  return {
    x: reshape(
      x,
      x.shape.filter((_, i) => kept[i]),
    ),
    labels: labels.filter((_, i) => kept[i]),
  };
}

/** Takes the diagonal of axes with the same label. */
function withoutRepeats(term: Labelled): Labelled {
  const first = term.labels.findIndex((label, i) => term.labels.indexOf(label) !== i);
  if (first < 0) return term;
  const label = term.labels[first] as string;
  const axes = [term.labels.indexOf(label), first];
  const rest = term.labels.filter((_, i) => !axes.includes(i));
  return withoutRepeats({ x: diagonal(moveaxis(term.x, axes, [-2, -1]), 0, -2, -1), labels: [...rest, label] });
}

function sumOut({ x, labels }: Labelled, keep: ReadonlySet<string>): Labelled {
  const axes = labels.map((_, i) => i).filter((i) => !keep.has(labels[i] as string));
  return axes.length === 0 ? { x, labels } : { x: sum(x, axes), labels: labels.filter((label) => keep.has(label)) };
}

/** The product of two terms, summed over the labels that nothing later needs, as one (batched) matrix product. */
function contract(a: Labelled, b: Labelled, keep: ReadonlySet<string>, sizes: Map<string, number>): Labelled {
  const left = sumOut(a, new Set([...keep, ...b.labels]));
  const right = sumOut(b, new Set([...keep, ...a.labels]));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => keep.has(label));
  const inner = shared.filter((label) => !keep.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const count = (labels: readonly string[]) => labels.reduce((product, label) => product * (sizes.get(label) ?? 1), 1);
  const lead = batch.length === 0 ? [] : [count(batch)];
  const x = reshape(arrange(left, [...batch, ...rows, ...inner], sizes), [...lead, count(rows), count(inner)]);
  const y = reshape(arrange(right, [...batch, ...inner, ...columns], sizes), [...lead, count(inner), count(columns)]);
  const labels = [...batch, ...rows, ...columns];
  const product = inner.length === 0 ? tf.mul(x, y) : tf.matMul(x, y);
  return {
    x: reshape(
      product,
      labels.map((label) => sizes.get(label) as number),
    ),
    labels,
  };
}

/** The axes in the order of the labels; ones the term lacks are copied to their size. */
function arrange({ x, labels }: Labelled, order: readonly string[], sizes: Map<string, number>): tf.Tensor {
  const present = order.filter((label) => labels.includes(label));
  const arranged = transpose(
    x,
    present.map((label) => labels.indexOf(label)),
  );
  if (present.length === order.length) return arranged;
  const shape = order.map((label) => (labels.includes(label) ? (sizes.get(label) as number) : 1));
  return tf.broadcastTo(
    reshape(arranged, shape),
    order.map((label) => sizes.get(label) as number),
  );
}
