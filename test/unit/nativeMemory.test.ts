import { expect, test } from 'vitest';
import { type TensorId, TF_CONSTANTS } from '../../runtime/src/bindings/binding';
import { memory, nativeBinding as native } from '../../runtime/src/bindings/native';

const { TF_FLOAT, TF_ATTR_TYPE } = TF_CONSTANTS;
const MB = 2 ** 20;
const T = { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT };

/** Calls `make` many times in one synchronous loop; the most tensors and bytes at any time, and the growth in memory. */
function measure(count: number, make: () => void) {
  const before = process.memoryUsage.rss();
  let [tensors, bytes] = [0, 0];
  for (let i = 0; i < count; i++) {
    make();
    const now = memory();
    tensors = Math.max(tensors, now.tensors);
    bytes = Math.max(bytes, now.bytes);
  }
  return { tensors, bytes, grown: process.memoryUsage.rss() - before };
}

test('before the addon is loaded there is nothing', () => {
  expect(memory()).toEqual({ tensors: 0, bytes: 0, functions: 0 });
});

test('tensors are counted until they are deleted', () => {
  const before = memory();
  const small = native.createTensor([], TF_FLOAT, new Float32Array(1));
  const large = native.createTensor([1000], TF_FLOAT, new Float32Array(1000));
  expect(memory()).toEqual({ tensors: before.tensors + 2, bytes: before.bytes + 4004, functions: 0 });
  expect(native.getNumOfTensors()).toBe(before.tensors + 2);
  native.deleteTensor(small);
  native.deleteTensor(large);
  expect(memory()).toEqual(before);
});

test('a synchronous loop that drops 5,000 tensors of 1 MB keeps few', () => {
  const values = new Float32Array(MB / 4);
  const { tensors, bytes, grown } = measure(5000, () => native.createTensor([MB / 4], TF_FLOAT, values));
  expect(tensors).toBeLessThan(500);
  expect(bytes).toBeLessThan(500 * MB);
  expect(grown).toBeLessThan(600 * MB);
});

test('so does one that drops what ops give', () => {
  const ones = native.createTensor([MB / 4], TF_FLOAT, new Float32Array(MB / 4).fill(1));
  const { tensors, grown } = measure(2000, () => native.executeOp('AddV2', [T], [ones, ones], 1));
  expect(tensors).toBeLessThan(500);
  expect(grown).toBeLessThan(600 * MB);
});

test('so does one that drops small tensors', () => {
  const one = native.createTensor([], TF_FLOAT, Float32Array.of(1));
  const { tensors, grown } = measure(500_000, () => native.executeOp('AddV2', [T], [one, one], 1));
  expect(tensors).toBeLessThan(100_000);
  expect(grown).toBeLessThan(200 * MB);
});

test('what is held stays, among all that goes', () => {
  const held: TensorId[] = [];
  const square = (id: TensorId) => native.executeOp('Mul', [T], [id, id], 1)[0]?.id as TensorId;
  for (let i = 0; i < 100_000; i++) {
    const id = square(native.createTensor([], TF_FLOAT, Float32Array.of(i % 1000)));
    if (i % 101 === 0) held.push(id);
    else if (i % 3 === 0) native.deleteTensor(id);
  }
  const values = held.map((id) => native.tensorDataSync(id)[0]);
  expect(values).toEqual(held.map((_, k) => ((k * 101) % 1000) ** 2));
});
