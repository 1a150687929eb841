/** Types only: `npm run check` holds what compiles here and, by `@ts-expect-error`, what must not. */
import { data, random, type serialization, type Tensor } from 'distaff';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

declare const x: Tensor;
declare const array: serialization.NDArray;
const key = random.PRNGKey(0);

// batches have the form of their arrays, with tensors in it
for (const batch of data.batches({ x, y: new Int32Array(3), rest: [array, x] }, { size: 2, key, epochs: 1 })) {
  ok<Equal<typeof batch.x, Tensor>>();
  ok<Equal<typeof batch.y, Tensor>>();
  const [first, second] = batch.rest;
  ok<Equal<typeof first, Tensor>>();
  ok<Equal<typeof second, Tensor>>();
  // @ts-expect-error there is no such array
  batch.z;
}
interface Arrays {
  images: Uint8Array;
  labels: Int32Array;
}
declare const arrays: Arrays;
for (const { images, labels } of data.batches(arrays, { size: 2 }))
  ok<Equal<[typeof images, typeof labels], [Tensor, Tensor]>>();
for (const batch of data.batches(x, { size: 2 })) ok<Equal<typeof batch, Tensor>>();
// @ts-expect-error numbers are no columns
data.batches({ x: [1, 2, 3] }, { size: 2 });
// @ts-expect-error a batch has a size
data.batches({ x }, {});

// examples are put together leaf by leaf
const examples = data.from([{ x, label: 1, even: true, name: 'a', pair: [array, new Float32Array(2)] as const }]);
for await (const batch of examples.shuffle({ key, buffer: 10 }).batch(2).prefetch(2)) {
  ok<Equal<typeof batch.x, Tensor>>();
  ok<Equal<typeof batch.label, Tensor>>();
  ok<Equal<typeof batch.even, Tensor>>();
  ok<Equal<typeof batch.name, string[]>>();
  ok<Equal<(typeof batch.pair)[0], Tensor>>();
  ok<Equal<(typeof batch.pair)[1], Tensor>>();
}
for await (const sums of data.from([1, 2]).batch(2, { join: (all) => all.length })) ok<Equal<typeof sums, number>>();

// stages
const rows = data.fromFiles('a.npy', data.npy);
ok<Equal<typeof rows, data.Stream<serialization.NDArray>>>();
const text = data.fromFiles(['a.txt'], data.lines);
ok<Equal<typeof text, data.Stream<string>>>();
const lengths = text.map(async (line) => line.length, { parallel: 4 });
ok<Equal<typeof lengths, data.Stream<number>>>();
const zipped = text.zip(lengths, rows);
ok<Equal<typeof zipped, data.Stream<[string, number, serialization.NDArray]>>>();
const both = text.concat(lengths);
ok<Equal<typeof both, data.Stream<string | number>>>();
const strings = both.filter((item): item is string => typeof item === 'string');
ok<Equal<typeof strings, data.Stream<string>>>();
const single = data.fromArrays({ x, y: new Int32Array(3) });
ok<Equal<typeof single, data.Stream<{ x: Tensor; y: serialization.NDArray }>>>();
const made = data.from(async function* (epoch) {
  yield epoch;
});
ok<Equal<typeof made, data.Stream<number>>>();
const batched = data.from(data.batches({ x }, { size: 2 }));
ok<Equal<typeof batched, data.Stream<{ x: Tensor }>>>();
const own = data.fromFiles('a', function* (path) {
  yield { path };
});
ok<Equal<typeof own, data.Stream<{ path: string }>>>();
// @ts-expect-error a shuffle needs a key
text.shuffle({ buffer: 10 });
// @ts-expect-error there is no such dtype
data.records({ dtype: 'float', shape: [] });

// states
const iterator = text.iterator();
ok<Equal<ReturnType<typeof iterator.state>, data.State>>();
text.iterator(iterator.state());
const { eta } = iterator.progress();
ok<Equal<typeof eta, number | undefined>>();
