import { eye, type Tensor } from '#tfjs';
import { qr } from '../bindings/addedKernels';
import { normal } from './real';

/**
 * Matrices [...shape, n, m], m = n by default, that are uniformly distributed among those with orthonormal columns, or
 * rows where n < m: Q of a normal matrix, its columns' signs such that R's diagonal is positive.
 */
export function orthogonal(
  key: Tensor,
  n: number,
  { shape = [], m = n }: { shape?: readonly number[]; m?: number } = {},
): Tensor {
  const columns = Math.min(n, m);
  const [q, r] = qr(normal(key, [...shape, Math.max(n, m), columns]));
  const diagonal = r.mul(eye(columns)).sum(-1, true);
  const swapped = [...shape.keys(), shape.length + 1, shape.length];
  const x = q.mul(diagonal.sign().transpose(swapped));
  return n < m ? x.transpose(swapped) : x;
}
