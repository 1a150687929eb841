/** Chains of matrices, and equations between tensors. */
import type * as tf from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import { type ArrayLike, asarray, describe, float32 } from '../array';
import { reshape, transpose } from '../manipulation';
import { dot } from '../products';
import { inv, solve } from './equations';

/**
 * The product of several matrices in the order that needs the fewest multiplications; the first and the last may be
 * vectors. Throws if there are fewer than two.
 */
export function multiDot(arrays: readonly ArrayLike[]): tf.Tensor {
  const xs = arrays.map((x) => asarray(x));
  const [first, last] = [xs[0], xs.at(-1)];
  if (first === undefined || last === undefined || xs.length < 2) {
    throw new ShapeError(`jnp.linalg.multiDot: expected at least 2 matrices, got ${xs.length}.`);
  }
  const chain = xs.map((x, i) => {
    if (x.rank === 1 && i === 0) return reshape(x, [1, -1]);
    if (x.rank === 1 && i === xs.length - 1) return reshape(x, [-1, 1]);
    if (x.rank !== 2) throw new ShapeError(`jnp.linalg.multiDot: number ${i} is no matrix: ${describe(x)}.`);
    return x;
  });
  const found = multiplied(chain, splits(chain), 0, chain.length - 1);
  const rows = first.rank === 1 ? [] : [found.shape[0] as number];
  const columns = last.rank === 1 ? [] : [found.shape[1] as number];
  return reshape(found, [...rows, ...columns]);
}

/** After which matrix to split each part of the chain (Cormen et al., Introduction to Algorithms, section 15.2). */
function splits(chain: readonly tf.Tensor[]): number[][] {
  const sizes = [...chain.map((x) => x.shape[0] as number), chain.at(-1)?.shape[1] as number];
  const cost = chain.map(() => new Array<number>(chain.length).fill(0));
  const split = chain.map(() => new Array<number>(chain.length).fill(0));
  const at = (table: number[][], i: number, j: number) => table[i]?.[j] as number;
  for (let length = 1; length < chain.length; length++) {
    for (let i = 0; i + length < chain.length; i++) {
      const j = i + length;
      const candidates = Array.from({ length }, (_, n) => {
        const k = i + n;
        const product = (sizes[i] as number) * (sizes[k + 1] as number) * (sizes[j + 1] as number);
        return at(cost, i, k) + at(cost, k + 1, j) + product;
      });
      const least = Math.min(...candidates);
      (cost[i] as number[])[j] = least;
      (split[i] as number[])[j] = i + candidates.indexOf(least);
    }
  }
  return split;
}

function multiplied(chain: readonly tf.Tensor[], split: number[][], from: number, to: number): tf.Tensor {
  if (from === to) return chain[from] as tf.Tensor;
  const after = split[from]?.[to] as number;
  return dot(multiplied(chain, split, from, after), multiplied(chain, split, after + 1, to));
}

const count = (sizes: readonly number[]) => sizes.reduce((product, n) => product * n, 1);

/** The tensor whose `tensordot` over `ind` axes with `a` is the identity; the first `ind` axes of `a` are its rows. */
export function tensorinv(a: ArrayLike, ind = 2): tf.Tensor {
  const x = asarray(a, float32);
  const [rows, columns] = [x.shape.slice(0, ind), x.shape.slice(ind)];
  if (ind < 1 || count(rows) !== count(columns)) {
    throw new ShapeError(
      `jnp.linalg.tensorinv: the first ${ind} axes of ${describe(x)} have ${count(rows)} elements, the others ` +
        `${count(columns)}; they should be as many.`,
    );
  }
  return reshape(inv(reshape(x, [count(rows), -1])), [...columns, ...rows]);
}

/** The x whose `tensordot` with `a`, over all of x's axes, is `b`; `axes` of `a` are moved to its end before. */
export function tensorsolve(a: ArrayLike, b: ArrayLike, axes: readonly number[] = []): tf.Tensor {
  const [given, right] = [asarray(a, float32), asarray(b, float32)];
  const order = given.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const x = transpose(given, [...order, ...axes]);
  const unknowns = x.shape.slice(right.rank);
  if (count(unknowns) !== right.size || count(x.shape.slice(0, right.rank)) !== right.size) {
    throw new ShapeError(
      `jnp.linalg.tensorsolve: ${describe(right)} gives ${right.size} equations, which ${describe(x)} does not have for ` +
        'as many unknowns.',
    );
  }
  return reshape(solve(reshape(x, [right.size, -1]), reshape(right, [-1])), unknowns);
}
