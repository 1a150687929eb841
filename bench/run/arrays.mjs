// The arrays of a case in files, the same in each run: one of all bytes, and one that tells what they are.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes `<folder>/<name>.bin`, little-endian f32 and i32, and `<folder>/<name>.json`.
 * @returns {string} the path of the latter
 */
export function writeArrays(folder, name, { params, data }) {
  mkdirSync(folder, { recursive: true });
  const random = uniform(42);
  const entries = [];
  const chunks = [];
  let offset = 0;
  for (const [part, arrays] of Object.entries({ params, data })) {
    for (const [path, { shape, ...how }] of Object.entries(arrays)) {
      const values = valuesOf(
        shape.reduce((a, b) => a * b, 1),
        how,
        random,
      );
      entries.push({ part, path, shape, dtype: values instanceof Int32Array ? 'int32' : 'float32', offset });
      chunks.push(Buffer.from(values.buffer));
      offset += values.byteLength;
    }
  }
  writeFileSync(join(folder, `${name}.bin`), Buffer.concat(chunks));
  const header = join(folder, `${name}.json`);
  writeFileSync(header, JSON.stringify(entries));
  return header;
}

function valuesOf(size, { fill, within, below }, random) {
  if (fill !== undefined) return new Float32Array(size).fill(fill);
  if (below !== undefined) return Int32Array.from({ length: size }, () => Math.floor(random() * below));
  return Float32Array.from({ length: size }, () => (2 * random() - 1) * within);
}

/** Numbers in [0, 1) (mulberry32). */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
