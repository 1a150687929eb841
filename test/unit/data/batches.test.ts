import { expect, test } from 'vitest';
import { data, evalShape, jnp, memory, random, serialization, type Tensor } from '../../../runtime/src/index';

const key = random.PRNGKey(0);
const read = (x: Tensor) => Array.from(x.dataSync());
const numbers = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

test('batches are rows of every array, in their order without a key', () => {
  const x = jnp.arange(20).reshape([10, 2]);
  const batches = data.batches({ x, y: numbers(10), z: [Float64Array.from(numbers(10), (i) => i / 2)] }, { size: 4 });
  const all = [...batches];
  expect(batches.length).toBe(3);
  expect(all.map(({ x, y, z }) => [x.shape, y.shape, z[0]?.shape])).toEqual([
    [[4, 2], [4], [4]],
    [[4, 2], [4], [4]],
    [[2, 2], [2], [2]],
  ]);
  expect(read(all[2]?.x as Tensor)).toEqual([16, 17, 18, 19]);
  expect(read(all[1]?.y as Tensor)).toEqual([4, 5, 6, 7]);
  expect(all[1]?.y.dtype).toBe('int32');
  expect(all[1]?.z[0]?.dtype).toBe('float32');
  expect(read(all[1]?.z[0] as Tensor)).toEqual([2, 2.5, 3, 3.5]);
});

test('a key shuffles the rows of all arrays alike, by random.permutation of a key for each epoch', () => {
  const x = jnp.arange(10).reshape([10, 1]);
  const all = [...data.batches([x, numbers(10)], { size: 5, key, epochs: 2 })];
  const orders = [0, 1].map((epoch) => read(random.permutation(random.foldIn(key, epoch), 10)));
  expect(all.flatMap(([, y]) => read(y))).toEqual(orders.flat());
  expect(all.flatMap(([x]) => read(x))).toEqual(orders.flat());
  expect(orders[0]).not.toEqual(orders[1]);
});

test('a remainder can be dropped, and each epoch begins a new batch', () => {
  const sizes = (options: { dropRemainder?: boolean }) =>
    Array.from(data.batches(numbers(10), { size: 4, epochs: 2, ...options }), ({ shape }) => shape[0]);
  expect(sizes({})).toEqual([4, 4, 2, 4, 4, 2]);
  expect(sizes({ dropRemainder: true })).toEqual([4, 4, 4, 4]);
});

test('shards share the rows, shuffled or not', () => {
  for (const options of [{}, { key }]) {
    const shards = [0, 1, 2].map((index) =>
      [...data.batches(numbers(10), { size: 2, shard: { index, count: 3 }, ...options })].flatMap(read),
    );
    expect(shards.map(({ length }) => length)).toEqual([4, 3, 3]);
    expect(shards.flat().sort((a, b) => a - b)).toEqual([...numbers(10)]);
  }
});

test('an iterator continues where the state of another one was, to the bit, through JSON', () => {
  const make = () => data.batches({ x: random.normal(key, [23, 3]), y: numbers(23) }, { size: 4, key, epochs: 3 });
  const whole = [...make()].map(({ x, y }) => [read(x), read(y)]);
  for (const after of [0, 1, 5, 6, 7, 17, 18]) {
    const iterator = make().iterator();
    for (let i = 0; i < after; i++) iterator.next();
    const state = JSON.parse(JSON.stringify(iterator.state()));
    const rest = [...make().iterator(state)].map(({ x, y }) => [read(x), read(y)]);
    expect(rest).toEqual(whole.slice(after));
  }
});

test('progress tells position, total, rate and time left', () => {
  const iterator = data.batches(numbers(10), { size: 2 }).iterator();
  expect(String(iterator.progress())).toBe('0/5');
  iterator.next();
  iterator.next();
  const begin = performance.now();
  while (performance.now() - begin < 20);
  const { position, total, rate, eta } = iterator.progress();
  expect([position, total]).toEqual([2, 5]);
  expect(rate).toBeGreaterThan(0);
  expect(rate).toBeLessThan(100);
  expect(eta).toBeCloseTo(3 / rate, 9);
  expect(String(iterator.progress())).toMatch(/^2\/5 · [\d.]+\/s · 0 s left$/);
});

test('the state of other data is refused', () => {
  const state = data.batches(numbers(10), { size: 2 }).iterator().state();
  expect(() => data.batches(numbers(12), { size: 2 }).iterator(state)).toThrow(
    'This state is of 10 rows in batches of 2, but these are 12 rows in batches of 2.',
  );
  expect(() => data.from([1]).iterator(state)).toThrow(
    'This state was taken where a pipeline has batches, but there is pipeline here now.',
  );
});

test('bad arrays and options are told by name', () => {
  expect(() => data.batches({ x: jnp.zeros([4, 2]), y: { labels: numbers(3) } }, { size: 2 })).toThrow(
    new RangeError('data.batches: y.labels has 3 rows, but x has 4.'),
  );
  expect(() => data.batches({ x: [1, 2] } as never, { size: 2 })).toThrow(
    'data.batches: x.0 should be a tensor, a typed array or an NDArray with rows along its first axis, got the number 1 (an array of numbers is a tree; jnp.asarray or Float32Array.from makes one column).',
  );
  expect(() => data.batches(jnp.asarray(1), { size: 2 })).toThrow('got the scalar f32[].');
  expect(() => data.batches({}, { size: 2 })).toThrow('data.batches: there is no array in the arguments');
  expect(() => data.batches(numbers(3), { size: 0 })).toThrow('data.batches: size should be an integer >= 1, got 0.');
  expect(() => data.batches(numbers(3), { size: 2, shard: { index: 3, count: 3 } })).toThrow(
    'data.batches: of 3 shards one has an index from 0 to 2, got 3.',
  );
});

test('no rows are no batches, however many epochs', () => {
  expect([...data.batches(numbers(0), { size: 2, epochs: Number.POSITIVE_INFINITY })]).toEqual([]);
});

test('rows of NDArrays keep their dtype until they are a tensor', () => {
  const labels = serialization.NDArray.of('int64', [3], [5n, 6n, 7n]);
  const images = new serialization.NDArray('uint8', [3, 2], Uint8Array.of(1, 2, 3, 4, 5, 255));
  const [first] = data.batches({ labels, images }, { size: 3, key });
  const order = read(random.permutation(random.foldIn(key, 0), 3));
  expect(read(first?.labels as Tensor)).toEqual(order.map((i) => 5 + i));
  expect(first?.images.shape).toEqual([3, 2]);
  expect(read(first?.images as Tensor).slice(0, 2)).toEqual(
    [
      [1, 2],
      [3, 4],
      [5, 255],
    ][order[0] as number],
  );
});

test('shapes are worked out without values', () => {
  const shapes = evalShape((x: Tensor) => [...data.batches(x, { size: 4, key: random.PRNGKey(1) })], [10, 3]);
  expect(shapes.map(({ shape }) => shape)).toEqual([
    [4, 3],
    [4, 3],
    [2, 3],
  ]);
});

test('memory stays flat over 10,000 batches', () => {
  const x = random.normal(key, [1000, 256]);
  const y = new Float32Array(1000);
  const count = { batches: 0, tensors: 0, bytes: 0 };
  for (const _ of data.batches({ x, y }, { size: 100, key, epochs: 1000 })) {
    count.batches++;
    const { tensors, bytes } = memory();
    count.tensors = Math.max(count.tensors, tensors);
    count.bytes = Math.max(count.bytes, bytes);
  }
  expect(count.batches).toBe(10_000);
  // All of them together are a gigabyte.
  expect(count.bytes).toBeLessThan(2 ** 28);
  expect(count.tensors).toBeLessThan(20_000);
});
