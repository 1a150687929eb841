import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { data, random, type Tensor } from '../../../runtime/src/index';

const folder = mkdtempSync(path.join(tmpdir(), 'distaff-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (x: Tensor) => Array.from(x.dataSync());

function write(name: string, ...parts: readonly (string | Uint8Array)[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
  return file;
}

/** As numpy.save writes it: the header is padded so that the values begin at a multiple of 64. */
function npy(
  name: string,
  descr: string,
  shape: string,
  values: ArrayBufferView,
  { order = 'False', version = 1 } = {},
) {
  const dict = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const before = version === 1 ? 10 : 12;
  const header = `${dict.padEnd(Math.ceil((before + dict.length + 1) / 64) * 64 - before - 1)}\n`;
  const size = Buffer.alloc(before - 8);
  if (version === 1) size.writeUInt16LE(header.length);
  else size.writeUInt32LE(header.length);
  const magic = Uint8Array.of(0x93, ...Buffer.from('NUMPY'), version, 0);
  return write(name, magic, size, header, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Files of the test's folder that this process has open. */
const openFiles = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  });

test('lines of text, wherever the chunks end', async () => {
  const long = 'ä'.repeat(50_000);
  const files = [write('a.txt', `one\r\n\n${long}\nlast`), write('b.txt', ''), write('c.txt', 'x\ny\n')];
  expect(await collect(data.fromFiles(files, data.lines))).toEqual(['one', '', long, 'last', 'x', 'y']);
});

test('rows of .npy files become batches', async () => {
  const values = Float32Array.from({ length: 30 }, (_, i) => i / 4);
  const files = [
    npy('a.npy', "'<f4'", '(4, 3)', values.subarray(0, 12)),
    npy('b.npy', "'<f4'", '(6, 3)', values.subarray(12), { version: 2 }),
  ];
  const rows = data.fromFiles(files, data.npy);
  expect(rows.length).toBe(10);
  const batches = await collect(rows.batch(4));
  expect(batches.map(({ shape }) => shape)).toEqual([
    [4, 3],
    [4, 3],
    [2, 3],
  ]);
  expect(batches.flatMap(read)).toEqual([...values]);
});

test('labels of one axis, as NumPy makes them, are int32', async () => {
  const file = npy('labels.npy', "'<i8'", '(3,)', BigInt64Array.of(7n, -2n, 5n));
  const [labels] = await collect(data.fromFiles(file, data.npy).batch(3));
  expect([labels?.dtype, read(labels as Tensor)]).toEqual(['int32', [7, -2, 5]]);
});

test('an .npy file is read whole or in part', async () => {
  const file = npy('matrix.npy', "'<i4'", '(4, 2)', Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  expect(String(await data.readNpy(file))).toBe('i32[4, 2]');
  const part = await data.readNpy(file, { begin: 1, end: 3 });
  expect([part.shape, [...part.values()]]).toEqual([
    [2, 2],
    [2, 3, 4, 5],
  ]);
  expect((await data.readNpy(npy('scalar.npy', "'<f8'", '()', Float64Array.of(2.5)))).shape).toEqual([]);
  await expect(data.readNpy(file, { begin: 3, end: 5 })).rejects.toThrow(`rows 3 to 5 of ${file}, which has 4.`);
});

test('records of raw files, as MNIST has them', async () => {
  const bytes = Uint8Array.from({ length: 16 + 12 }, (_, i) => (i < 16 ? 99 : i - 16));
  const file = write('images-idx3-ubyte', bytes);
  const images = data.fromFiles(file, data.records({ dtype: 'uint8', shape: [2, 2], header: 16 }));
  expect(images.length).toBe(3);
  const [batch] = await collect(images.batch(3));
  expect([batch?.shape, batch?.dtype]).toEqual([[3, 2, 2], 'int32']);
  expect(read(batch as Tensor)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('what is no array says what it is', async () => {
  const whole = Float32Array.of(1, 2, 3, 4);
  const failure = (file: string, reader: data.Reader<unknown> = data.npy) =>
    collect(data.fromFiles(file, reader)).catch((error: Error) => error.message);
  const text = write('no.npy', 'hello world, this is text');
  expect(await failure(text)).toBe(
    `data.fromFiles: reading failed at example 0 of ${text}: ${text} is no .npy file: it does not begin as numpy.save begins one.`,
  );
  expect(await failure(npy('big.npy', "'>f4'", '(4,)', whole))).toContain(
    "is of dtype '>f4', whose bytes are big-endian",
  );
  expect(await failure(npy('str.npy', "'<U3'", '(4,)', whole))).toContain(
    "is of dtype '<U3', which tensors cannot have",
  );
  expect(await failure(npy('f.npy', "'<f4'", '(2, 2)', whole, { order: 'True' }))).toContain('is in Fortran order');
  expect(await failure(npy('rec.npy', "[('a', '<f4')]", '(4,)', whole))).toContain('holds no plain array');
  expect(await failure(npy('short.npy', "'<f4'", '(6,)', whole))).toContain('The file ends 8 bytes too early.');
  expect(await failure(text, data.records({ dtype: 'float32', shape: [2] }))).toContain(
    'It has 25 bytes, which are no whole records of 8 bytes after 0.',
  );
  expect(await failure(path.join(folder, 'none'))).toMatch(/at example 0 of .*none: ENOENT/);
  expect(() => data.records({ dtype: 'float31' as never, shape: [] })).toThrow("there is no dtype 'float31'");
  expect(openFiles()).toEqual([]);
});

test('errors name the file and the example', async () => {
  const files = [write('1.json', '1\n2\n'), write('2.json', '3\n{\n5\n')];
  const parsed = data.fromFiles(files, data.lines).map((line) => JSON.parse(line) as number);
  const error = await collect(parsed.batch(2)).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(data.DataError);
  expect(error.message).toMatch(`map: the function threw at example 1 of ${files[1]}: `);
  expect([error.file, error.index, error.cause.constructor]).toEqual([files[1], 1, SyntaxError]);
  const own = data.fromFiles(files, function* (file) {
    yield file;
    throw new Error('torn');
  });
  await expect(collect(own)).rejects.toThrow(`data.fromFiles: reading failed at example 1 of ${files[0]}: torn`);
});

test('a state continues in the middle of a file', async () => {
  const files = ['p', 'q'].map((name) =>
    npy(
      `${name}.npy`,
      "'<f4'",
      '(50, 2)',
      Float32Array.from({ length: 100 }, (_, i) => i + name.charCodeAt(0)),
    ),
  );
  const key = random.PRNGKey(2);
  for (const reader of [data.npy, (file: string) => data.npy.read(file, 0)]) {
    const make = () => data.fromFiles(files, reader).shuffle({ key, buffer: 20 }).repeat(2).batch(8).prefetch(3);
    const whole = (await collect(make())).map(read);
    const iterator = make().iterator();
    for (let i = 0; i < 11; i++) await iterator.next();
    const state = JSON.parse(JSON.stringify(iterator.state()));
    await iterator.return();
    expect((await collect(make().iterator(state))).map(read)).toEqual(whole.slice(11));
  }
  const iterator = data.fromFiles(files, data.npy).iterator();
  await iterator.next();
  expect(() => data.fromFiles([...files].reverse(), data.npy).iterator(iterator.state())).toThrow(
    `The state is in the file ${files[0]}, but number 0 of the files is ${files[1]} now.`,
  );
  await iterator.return();
});

test('leaving the loop closes the files', async () => {
  const file = npy('large.npy', "'<f4'", '(100000, 8)', new Float32Array(800_000));
  const text = write('large.txt', 'line\n'.repeat(100_000));
  const rows = data.fromFiles(file, data.npy).map((row) => row, { parallel: 2 });
  for await (const _ of rows.zip(data.fromFiles(text, data.lines)).prefetch(2)) {
    expect(openFiles()).toHaveLength(2);
    break;
  }
  expect(openFiles()).toEqual([]);
  const failing = rows.map(() => {
    throw new Error('no');
  });
  await expect(collect(failing.prefetch(2))).rejects.toThrow('no');
  expect(openFiles()).toEqual([]);
});
