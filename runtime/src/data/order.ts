/** Random orders from keys, the same ones whatever came before. */
import type { Tensor } from '#tfjs';
import { bits, foldIn, permutation } from '../random';
import { isAbstract } from '../transforms/evalShape';

/** The rows of a pass in its order. Where only shapes are worked out, any order does. Reads values. */
export function orderOf(key: Tensor, epoch: number, count: number): Int32Array {
  const order = permutation(foldIn(key, epoch), count);
  return isAbstract(order as unknown)
    ? Int32Array.from({ length: count }, (_, i) => i)
    : (order.dataSync() as Int32Array);
}

/** Drawn at once. */
const BLOCK = 1024;

/** Numbered random draws. */
export class Draws {
  readonly #key: Tensor;
  #block = -1;
  #words: Uint32Array | undefined;

  constructor(key: Tensor, epoch: number) {
    this.#key = foldIn(key, epoch);
  }

  /** An integer in [0, below) by the draw of this number. Reads values. */
  below(below: number, draw: number): number {
    const block = Math.floor(draw / BLOCK);
    if (block !== this.#block) {
      const drawn = bits(foldIn(this.#key, block), [BLOCK]);
      this.#words = isAbstract(drawn as unknown) ? new Uint32Array(BLOCK) : Uint32Array.from(drawn.dataSync());
      this.#block = block;
    }
    return Math.floor(((this.#words?.[draw % BLOCK] ?? 0) / 2 ** 32) * below);
  }
}
