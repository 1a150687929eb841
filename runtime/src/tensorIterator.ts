/**
 * What tensors have of Python's arrays: they iterate over their first axis, `const [key1, key2] = random.split(key)`,
 * `for (const row of x)`, and `loss.item()` is a number.
 */
import { type Rank, Tensor } from '#tfjs';
import { formatTensor } from './transforms/shapeDtypeStruct';

declare module '@tensorflow/tfjs-core/dist/tensor' {
  interface Tensor<R extends Rank = Rank> {
    /** Its rows along the first axis. Throws TypeError for a scalar. */
    [Symbol.iterator](): IterableIterator<Tensor>;
    /** The number in a tensor with one element, read at once; 1 or 0 of a bool. Throws TypeError for other tensors. */
    item(): number;
  }
}

/** Rows taken apart by one op: few ops in all, and little work for rows that a loop never reaches. */
const ROWS_AT_ONCE = 64;

function* rows(x: Tensor): IterableIterator<Tensor> {
  const [count = 0] = x.shape;
  if (count <= ROWS_AT_ONCE) {
    if (count > 0) yield* x.unstack();
    return;
  }
  for (let begin = 0; begin < count; begin += ROWS_AT_ONCE) {
    yield* x.slice(begin, Math.min(ROWS_AT_ONCE, count - begin)).unstack();
  }
}

Object.defineProperty(Tensor.prototype, Symbol.iterator, {
  configurable: true,
  writable: true,
  value(this: Tensor): IterableIterator<Tensor> {
    if (this.rank === 0) {
      throw new TypeError(`A scalar, ${formatTensor(this)}, has no rows to iterate over or to take apart.`);
    }
    return rows(this);
  },
});

Object.defineProperty(Tensor.prototype, 'item', {
  configurable: true,
  writable: true,
  value(this: Tensor): number {
    if (this.size !== 1 || this.dtype === 'complex64' || this.dtype === 'string') {
      throw new TypeError(
        `item() is for tensors with one number, got ${formatTensor(this)}. Read others with dataSync() or arraySync().`,
      );
    }
    return this.dataSync()[0] as number;
  },
});
