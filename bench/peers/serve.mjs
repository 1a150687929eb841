// A peer in Node: it answers each line of standard input, `{ "call": "train", "count": 10 }`, with the times of so many
// calls in ms and with the last one's loss.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** @typedef {{ run: () => unknown, loss?: (result: unknown) => number, repeat?: number }} Call */
/** @typedef {{ shape: number[], dtype: 'float32' | 'int32', values: Float32Array | Int32Array }} Values */

/**
 * The case's arrays: `params` by path, and `data` by name.
 * @param {string} header
 * @returns {{ params: Record<string, Values>, data: Record<string, Values> }}
 */
export function readArrays(header) {
  const { buffer, byteOffset } = readFileSync(header.replace(/json$/, 'bin'));
  const arrays = { params: {}, data: {} };
  for (const { part, path, shape, dtype, offset } of JSON.parse(readFileSync(header, 'utf8'))) {
    const size = shape.reduce((a, b) => a * b, 1);
    const Values = dtype === 'int32' ? Int32Array : Float32Array;
    arrays[part][path] = {
      shape,
      dtype,
      values: new Values(buffer.slice(byteOffset + offset, byteOffset + offset + 4 * size)),
    };
  }
  return arrays;
}

/**
 * Each of `calls` runs once and waits for what it computes; a number that it returns (or a promise of one) is the loss.
 * `repeat` is how often a call itself repeats what is timed.
 * @param {Record<string, Call>} calls
 */
export async function serve(calls) {
  const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer({ calls: Object.keys(calls) });
  for await (const line of createInterface({ input: process.stdin })) {
    const { call, count } = JSON.parse(line);
    const { run, loss, repeat = 1 } = calls[call];
    const times = [];
    let result;
    for (let i = 0; i < count; i++) {
      const begin = performance.now();
      result = run();
      if (result instanceof Promise) result = await result;
      times.push((performance.now() - begin) / repeat);
    }
    answer({ times, loss: loss === undefined ? null : loss(result) });
  }
}
