import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { data, jnp, memory, random, type Tensor } from '../../../runtime/src/index';

const key = random.PRNGKey(3);
const range = (count: number) => data.from(Array.from({ length: count }, (_, i) => i));
const read = (x: Tensor) => Array.from(x.dataSync());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Resuming after each item, by way of JSON, gives what a whole iteration gives. */
async function expectResumable<T>(make: () => data.Stream<T>, plain: (item: T) => unknown = (item) => item) {
  const whole = (await collect(make())).map(plain);
  for (let after = 0; after <= whole.length; after++) {
    const iterator = make().iterator();
    for (let i = 0; i < after; i++) await iterator.next();
    const state = JSON.parse(JSON.stringify(iterator.state()));
    await iterator.return();
    const resumed = make().iterator(state);
    expect(resumed.state()).toEqual(state);
    expect((await collect(resumed)).map(plain), `after ${after}`).toEqual(whole.slice(after));
    expect(resumed.progress().position).toBe(whole.length);
  }
  return whole;
}

test('examples are batched leaf by leaf', async () => {
  const examples = [0, 1, 2].map((i) => ({
    x: jnp.full([2], i),
    label: i,
    even: i % 2 === 0,
    name: `n${i}`,
    bytes: Uint8Array.of(i, i + 1, i + 2),
  }));
  const [first, last] = await collect(data.from(examples).batch(2));
  expect(first?.x.shape).toEqual([2, 2]);
  expect(read(first?.x as Tensor)).toEqual([0, 0, 1, 1]);
  expect([first?.label.dtype, read(first?.label as Tensor)]).toEqual(['float32', [0, 1]]);
  expect([first?.even.dtype, read(first?.even as Tensor)]).toEqual(['bool', [1, 0]]);
  expect(first?.name).toEqual(['n0', 'n1']);
  expect([first?.bytes.dtype, first?.bytes.shape]).toEqual(['int32', [2, 3]]);
  expect(last?.name).toEqual(['n2']);
  expect(await collect(data.from(examples).batch(2, { dropRemainder: true }))).toHaveLength(1);
  expect(await collect(range(5).batch(2, { join: (items) => items.length }))).toEqual([2, 2, 1]);
});

test('stages do what they say', async () => {
  expect(await collect(range(6).skip(2).take(3))).toEqual([2, 3, 4]);
  expect(await collect(range(3).skip(5))).toEqual([]);
  expect(await collect(range(7).shard(1, 3))).toEqual([1, 4]);
  expect(await collect(range(2).repeat(3))).toEqual([0, 1, 0, 1, 0, 1]);
  expect(await collect(range(2).concat(range(1), range(2)))).toEqual([0, 1, 0, 0, 1]);
  expect(await collect(range(3).zip(data.from('ab')))).toEqual([
    [0, 'a'],
    [1, 'b'],
  ]);
  expect(await collect(range(6).filter((i) => i % 2 === 1))).toEqual([1, 3, 5]);
  expect(await collect(range(3).map(async (x, i) => x * 10 + i))).toEqual([0, 11, 22]);
  expect(await collect(range(0).repeat())).toEqual([]);
});

test('the number of items is known where it can be', () => {
  expect(range(10).skip(1).shard(0, 2).batch(2).repeat(3).length).toBe(9);
  expect(range(10).repeat().length).toBe(Number.POSITIVE_INFINITY);
  expect(
    range(10)
      .zip(range(4))
      .concat(range(2).zip(range(2))).length,
  ).toBe(6);
  expect(range(10).filter(() => true).length).toBeUndefined();
  expect(data.from(data.batches(jnp.zeros([5, 1]), { size: 2 })).length).toBe(3);
});

test('a buffer shuffles by its key: every item once, an order for each pass', async () => {
  const order = await collect(range(100).shuffle({ key, buffer: 30 }));
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
  expect([...order].sort((a, b) => a - b)).toEqual(await collect(range(100)));
  expect(await collect(range(100).shuffle({ key, buffer: 30 }))).toEqual(order);
  expect(await collect(range(100).shuffle({ key: random.PRNGKey(4), buffer: 30 }))).not.toEqual(order);
  // An item cannot come more than a buffer too early.
  expect(order.every((item, i) => item < i + 30)).toBe(true);
  const twice = await collect(range(100).shuffle({ key, buffer: 30 }).repeat(2));
  expect(twice.slice(0, 100)).toEqual(order);
  expect(twice.slice(100)).not.toEqual(order);
});

test('a buffer that holds everything gives each item every place', async () => {
  const places = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    const order = await collect(range(5).shuffle({ key: random.PRNGKey(seed), buffer: 10 }));
    places.add(order.indexOf(0));
  }
  expect([...places].sort()).toEqual([0, 1, 2, 3, 4]);
});

test('every stage continues from its state', async () => {
  await expectResumable(() => range(6));
  await expectResumable(() => range(10).skip(2).take(6).shard(1, 2));
  await expectResumable(() =>
    range(3)
      .repeat(3)
      .map((x, i) => x * 100 + i),
  );
  await expectResumable(() => range(12).map(async (x, i) => [x, i], { parallel: 4 }));
  await expectResumable(() => range(12).filter((x, i) => (x + i) % 3 === 0));
  await expectResumable(() => range(3).zip(range(5).skip(1)));
  await expectResumable(() => range(3).concat(range(0), range(2)));
  await expectResumable(() => range(9).prefetch(4));
  await expectResumable(() => range(40).shuffle({ key, buffer: 7 }));
  await expectResumable(() =>
    data
      .from(function* (epoch) {
        yield* [epoch, epoch + 10];
      })
      .repeat(3),
  );
  await expectResumable(() => data.from(data.batches(jnp.arange(9), { size: 2, key, epochs: 2 })), read);
  await expectResumable(
    () => data.fromArrays({ x: jnp.arange(5) }).batch(2),
    ({ x }) => read(x),
  );
});

test('so does all of them together', async () => {
  const whole = await expectResumable(
    () =>
      data
        .fromArrays({ x: Int32Array.from({ length: 20 }, (_, i) => i) })
        .shuffle({ key, buffer: 6 })
        .repeat(3)
        .map(async ({ x }) => ({ x, y: Number(x.values()[0]) ** 2 }), { parallel: 3 })
        .batch(4)
        .prefetch(2),
    ({ x, y }) => [read(x), read(y)],
  );
  expect(whole).toHaveLength(15);
});

test('a continued shuffle reads again what the buffer held, not everything', async () => {
  let reads = 0;
  const rows = Int32Array.from({ length: 20_000 }, (_, i) => i);
  const make = () =>
    data
      .fromArrays(rows)
      .map((row) => {
        reads++;
        return row;
      })
      .shuffle({ key, buffer: 100 });
  const iterator = make().iterator();
  for (let i = 0; i < 15_000; i++) await iterator.next();
  const state = iterator.state();
  reads = 0;
  await make().iterator(state).next();
  expect(reads).toBeGreaterThan(100);
  expect(reads).toBeLessThan(3000);
});

test('map runs as many at a time as it is told, and keeps the order', async () => {
  let running = 0;
  let most = 0;
  const mapped = range(20).map(
    async (x) => {
      most = Math.max(most, ++running);
      await sleep(x % 2 === 0 ? 8 : 1);
      running--;
      return x;
    },
    { parallel: 4 },
  );
  expect(await collect(mapped)).toEqual(await collect(range(20)));
  expect(most).toBe(4);
});

test('prefetch holds no more than it is told', async () => {
  let made = 0;
  const iterator = data
    .from(function* () {
      for (;;) yield made++;
    })
    .prefetch(3)
    .iterator();
  expect(made).toBe(0);
  for (let taken = 1; taken <= 5; taken++) {
    await iterator.next();
    await sleep(2);
    expect(made).toBe(taken + 3);
  }
  await iterator.return();
});

test('what is read ahead is being prepared while a step runs', async () => {
  const log: string[] = [];
  const prepare = async (x: number) => {
    log.push(`begin ${x}`);
    await sleep(2);
    log.push(`end ${x}`);
    return x;
  };
  const run = async (pipeline: AsyncIterable<number>) => {
    log.length = 0;
    for await (const x of pipeline) {
      log.push(`step ${x}`);
      await sleep(10);
    }
    return log.indexOf('begin 2') < log.indexOf('step 1');
  };
  expect(await run(range(4).map(prepare))).toBe(false);
  expect(await run(range(4).map(prepare).prefetch(2))).toBe(true);
  expect(log.filter((line) => line.startsWith('step'))).toEqual(['step 0', 'step 1', 'step 2', 'step 3']);
});

test('errors of functions say at which example, and keep their cause', async () => {
  const boom = new Error('boom');
  const failing = range(10).map((x) => {
    if (x === 4) throw boom;
    return x;
  });
  for (const pipeline of [
    failing,
    failing.prefetch(2),
    failing.batch(3),
    failing.repeat(),
  ] as readonly data.Stream<unknown>[]) {
    const error = await collect(pipeline).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(data.DataError);
    expect(error.message).toBe('map: the function threw at example 4: boom');
    expect([error.index, error.file, error.cause]).toEqual([4, undefined, boom]);
  }
  const parallel = range(10).map(async (x) => (x === 4 ? Promise.reject(boom) : x), { parallel: 3 });
  const iterator = parallel.iterator();
  for (let i = 0; i < 4; i++) expect((await iterator.next()).value).toBe(i);
  await expect(iterator.next()).rejects.toThrow('map: the function threw at example 4: boom');
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  await expect(
    collect(
      data.from(function* () {
        yield 1;
        throw boom;
      }),
    ),
  ).rejects.toThrow('data.from: the source threw at example 1: boom');
  await expect(collect(data.from<unknown>([1, 2, true]).batch(5))).rejects.toThrow(
    'batch: the examples cannot be put together at examples 0 to 2: A batch takes examples that are alike, but the example is a number in the first and a boolean in number 2.',
  );
  await expect(collect(data.from([{ x: jnp.zeros([2]) }, { x: jnp.zeros([3]) }]).batch(2))).rejects.toThrow(
    'x is f32[2] in the first and f32[3] in number 1.',
  );
});

test('a generator that is used up says so', async () => {
  const generate = function* () {
    yield 1;
  };
  await expect(collect(data.from(generate()).repeat(2))).rejects.toThrow(
    'Give the function that makes it, without calling it: data.from(generate).',
  );
  expect(await collect(data.from(generate).repeat(2))).toEqual([1, 1]);
  await expect(collect(data.from(5 as never))).rejects.toThrow('something to iterate over');
});

test('leaving the loop ends generators, also those that are read ahead', async () => {
  for (const after of [
    (s: data.Stream<number>): data.Stream<number> => s,
    (s: data.Stream<number>) =>
      s
        .map((x) => x, { parallel: 3 })
        .batch(1, { join: ([x]) => x as number })
        .prefetch(2),
  ]) {
    let ended = 0;
    const pipeline = after(
      data.from(async function* () {
        try {
          for (let i = 0; ; i++) {
            await sleep(1);
            yield i;
          }
        } finally {
          ended++;
        }
      }),
    );
    for await (const x of pipeline.zip(pipeline)) if (x[0] === 3) break;
    expect(ended).toBe(2);
  }
});

test('the state of another pipeline is refused', async () => {
  const state = range(3).skip(1).iterator().state();
  expect(() => range(3).take(1).iterator(state)).toThrow(
    'This state was taken where a pipeline has skip, but there is take here now. A state continues the pipeline that it was taken of',
  );
  const iterator = range(5).iterator();
  for (let i = 0; i < 4; i++) await iterator.next();
  await expect(collect(range(2).iterator(iterator.state()))).rejects.toThrow(
    'The state is 4 items into its source, but that ends after 2: the data are not what they were.',
  );
  const pending = iterator.next();
  expect(() => iterator.state()).toThrow('await the next one first');
  await pending;
});

test('memory stays flat over 10,000 batches', async () => {
  const rows = { x: new Float32Array(1000), y: random.normal(key, [1000, 4]) };
  let batches = 0;
  let most = 0;
  const pipeline = data.fromArrays({ x: rows.x }).repeat().shuffle({ key, buffer: 64 }).batch(32).prefetch(2);
  const before = process.memoryUsage();
  for await (const { x } of pipeline.take(10_000)) {
    batches += x.shape[0] === 32 ? 1 : 0;
    // A step reads its batch, so that the tensor is made.
    if (batches % 10 === 0) x.sum().dataSync();
    most = Math.max(most, memory().tensors);
  }
  expect(batches).toBe(10_000);
  expect(most).toBeLessThan(20_000);
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(300 * 2 ** 20);
});
