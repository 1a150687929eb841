import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nativeBinding } from '../../runtime/src/bindings/native';
import {
  evalShape,
  grad,
  jit,
  jnp,
  nn,
  type ProfileEvent,
  profile,
  random,
  type Tensor,
} from '../../runtime/src/index';

const folder = mkdtempSync(path.join(tmpdir(), 'distaff-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const source = readFileSync(import.meta.filename, 'utf8').split('\n');
/** The text of the line that an event names. */
function textOf({ line = '' }: { readonly line?: string }): string {
  const [, file, row] = /^(.*):(\d+):\d+$/.exec(line) ?? [];
  expect(file).toBe(import.meta.filename);
  return source[Number(row) - 1]?.trim() ?? '';
}

const key = random.PRNGKey(0);
const Inner = nn.module(
  class Inner extends nn.Module {
    apply(x: Tensor) {
      return nn.Dense(x, { features: 5, name: 'dense' });
    }
  },
);
const Outer = nn.module(
  class Outer extends nn.Module {
    apply(x: Tensor) {
      return jnp.tanh(Inner(x, { name: 'inner' }));
    }
  },
);
const x = jnp.ones([3, 4]);
const [, params] = Outer.init(key, x);
x.dataSync();

const isInside = (inner: ProfileEvent, outer: ProfileEvent) =>
  inner.begin >= outer.begin && inner.begin + inner.duration <= outer.begin + outer.duration;

/** Any two of them are apart, or one is inside of the other. */
function expectNested(events: readonly ProfileEvent[]) {
  for (const [i, a] of events.entries()) {
    for (const b of events.slice(i + 1)) {
      const apart = a.begin + a.duration <= b.begin || b.begin + b.duration <= a.begin;
      expect(apart || isInside(a, b) || isInside(b, a), `${a.name} and ${b.name}`).toBe(true);
    }
  }
}

test('ops tell their shapes, the line and the module', () => {
  const { result, events, wall } = profile(() => Outer.call(params, x));
  expect(result.shape).toEqual([3, 5]);
  const product = events.find(({ name }) => /MatMul/.test(name));
  expect(product).toMatchObject({ kind: 'op', module: '/inner/dense', outputs: ['f32[3, 5]'] });
  expect(product?.inputs).toEqual(['f32[3, 4]', 'f32[4, 5]']);
  expect(textOf(product ?? {})).toBe("return nn.Dense(x, { features: 5, name: 'dense' });");
  const tanh = events.find(({ name }) => name === 'Tanh');
  expect(tanh).toMatchObject({ module: '/', inputs: ['f32[3, 5]'], outputs: ['f32[3, 5]'] });
  expect(textOf(tanh ?? {})).toBe("return jnp.tanh(Inner(x, { name: 'inner' }));");
  const ops = events.filter(({ kind }) => kind === 'op');
  expect(ops.reduce((sum, { duration }) => sum + duration, 0)).toBeLessThanOrEqual(wall);
});

test('module calls enclose what runs in them', () => {
  const { events, modules } = profile(() => Outer.call(params, x));
  const calls = events.filter(({ kind }) => kind === 'module');
  expect(calls.map(({ name, module }) => [name, module])).toEqual([
    ['Dense', '/inner/dense'],
    ['Inner', '/inner'],
    ['Outer', '/'],
  ]);
  const [dense, inner, outer] = calls as [ProfileEvent, ProfileEvent, ProfileEvent];
  expect(isInside(dense, inner) && isInside(inner, outer)).toBe(true);
  expect(dense).toMatchObject({ inputs: ['f32[3, 4]'], outputs: ['f32[3, 5]'] });
  expectNested(events);
  for (const { kind, module } of events) if (kind === 'op') expect(module).toBeDefined();
  expect(modules[0]?.name).toBe('/ Outer');
  expect(modules.map(({ calls }) => calls)).toEqual([1, 1, 1]);
});

test('a compiled function is one event: its recording, its first run, its later ones', () => {
  const step = jit(
    function step(a: Tensor, b: Tensor) {
      return jnp.tanh(a.matMul(b)).sum();
    },
    { compiler: 'graph' },
  );
  const [a, b] = [jnp.ones([8, 16]), jnp.ones([16, 4])];
  const { events, ops } = profile(() => [step(a, b), step(a, b), step(a, b)]);
  const compiled = events.filter(({ name }) => name === 'step');
  expect(compiled.map(({ kind }) => kind)).toEqual(['record', 'compile', 'jit', 'jit']);
  expect(compiled.at(-1)).toMatchObject({ compiler: 'graph', flops: jit.costAnalysis(step)(a, b).flops });
  expect(compiled.at(-1)?.flops).toBeGreaterThanOrEqual(2 * 8 * 16 * 4);
  expect(events.some(({ name }) => name.startsWith('step__'))).toBe(false);
  expect(textOf(compiled.at(-1) ?? {})).toContain('step(a, b), step(a, b), step(a, b)');
  expect(ops.map(({ name }) => name)).toEqual(expect.arrayContaining(['record step', 'compile step', 'step']));
  expectNested(events);
});

test('modules that jit records are told from those that run', () => {
  const forward = jit(
    function forward(y: Tensor) {
      return Outer.call(params, y);
    },
    { compiler: 'graph' },
  );
  const { events, modules } = profile(() => [forward(x), Outer.call(params, x)]);
  const calls = events.filter(({ name }) => name === 'Outer');
  expect(calls.map(({ recorded }) => recorded)).toEqual([true, undefined]);
  const record = events.find(({ kind }) => kind === 'record') as ProfileEvent;
  expect(calls.map((call) => isInside(call, record))).toEqual([true, false]);
  expect(modules.map(({ calls }) => calls)).toEqual([1, 1, 1]);
});

test('XLA is named where it runs', () => {
  const square = jit(
    function square(a: Tensor) {
      return a.mul(a);
    },
    { compiler: 'xla' },
  );
  const { events } = profile(() => [square(x), square(x)]);
  const runs = events.filter(({ kind }) => kind === 'compile' || kind === 'jit');
  expect(runs.map(({ kind, compiler }) => [kind, compiler])).toEqual([
    ['compile', 'xla'],
    ['jit', 'xla'],
  ]);
});

test('gradients are recorded too, and nothing of shapes', () => {
  const model = nn.Model(Outer, params);
  const { events } = profile(() => grad((m: typeof model) => m(x).sum())(model));
  expect(events.filter(({ name }) => /MatMul/.test(name)).length).toBeGreaterThanOrEqual(2);
  const shapes = profile(() => evalShape((y: Tensor) => y.matMul(y), [3, 3]));
  expect(shapes.events.filter(({ kind }) => kind === 'op')).toEqual([]);
});

test('a Chrome trace has each event, nested by time', () => {
  const file = path.join(folder, 'trace.json');
  const { events, wall } = profile(() => Outer.call(params, x).dataSync(), { path: file });
  const { traceEvents, displayTimeUnit } = JSON.parse(readFileSync(file, 'utf8'));
  expect(displayTimeUnit).toBe('ms');
  const complete = traceEvents.filter(({ ph }: { ph: string }) => ph === 'X');
  expect(complete).toHaveLength(events.length + 1);
  expect(complete[0]).toMatchObject({ name: 'profile', ts: 0 });
  expect(complete[0].dur).toBeCloseTo(wall * 1000, 6);
  const stack: { end: number }[] = [];
  for (const { ts, dur, pid, tid, cat, args } of complete) {
    expect([pid, tid]).toEqual([process.pid, 1]);
    while (stack.length > 0 && (stack.at(-1)?.end ?? 0) <= ts) stack.pop();
    expect(ts + dur).toBeLessThanOrEqual((stack.at(-1)?.end ?? Number.POSITIVE_INFINITY) + 1e-6);
    stack.push({ end: ts + dur });
    if (cat === 'op') expect(args.outputs[0]).toMatch(/^\w+\[/);
  }
  expect(complete.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['/inner/dense Dense', 'Tanh', 'readTensor']),
  );
});

test('a .cpuprofile tells where the time went, as VS Code reads it', () => {
  const file = path.join(folder, 'step.cpuprofile');
  const { wall } = profile(() => Outer.call(params, x), { path: file });
  const { nodes, samples, timeDeltas, startTime, endTime } = JSON.parse(readFileSync(file, 'utf8'));
  expect(samples).toHaveLength(timeDeltas.length);
  const sum = timeDeltas.reduce((total: number, delta: number) => total + delta, 0);
  expect([startTime, endTime]).toEqual([0, wall * 1000]);
  expect(sum).toBeCloseTo(wall * 1000, 3);
  expect(timeDeltas.every((delta: number) => delta > 0)).toBe(true);
  const named = (name: string) =>
    nodes.find(({ callFrame }: { callFrame: { functionName: string } }) => callFrame.functionName === name);
  expect(named('/ Outer').children).toContain(named('Tanh').id);
  expect(named('/ Outer').children).toContain(named('/inner Inner').id);
  const { url, lineNumber } = named('Tanh').callFrame;
  expect(url).toBe(`file://${import.meta.filename}`);
  expect(source[lineNumber]).toContain('jnp.tanh');
  expect(samples.every((id: number) => nodes[id - 1].id === id)).toBe(true);
});

test('the summary lists ops and modules by time', () => {
  const made = profile(() => Outer.call(params, x));
  const text = made.summary();
  expect(text).toMatch(/^[\d.]+ ms in all\n\nop +calls +time +of all +each\n/);
  expect(text).toMatch(/\nTanh +1 +[\d.]+ ms +[\d.]+ % +[\d.]+ ms/);
  expect(text).toMatch(/\nmodule +calls/);
  expect(text).toMatch(/\n\/inner\/dense Dense +1 /);
  const times = made.ops.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(Math.max(...times)).toBeLessThan(made.wall);
});

test('an asynchronous function is profiled until it ends', async () => {
  const made = profile(async () => {
    const first = jnp.tanh(x);
    await new Promise((resolve) => setTimeout(resolve, 5));
    Outer.call(params, first);
    return 7;
  });
  expect(() => profile(() => 1)).toThrow('profile: a profile is being made already');
  const { result, events, wall } = await made;
  expect(result).toBe(7);
  expect(wall).toBeGreaterThanOrEqual(4.9);
  expect(events.filter(({ name }) => name === 'Tanh').map(({ module }) => module)).toEqual([undefined, '/']);
  expectNested(events);
});

test('where only shapes are worked out there is nothing to time', () => {
  const file = path.join(folder, 'none.json');
  const shape = evalShape((y: Tensor) => profile(() => jnp.tanh(y), { path: file }).result, [3, 3]);
  expect(String(shape)).toBe('f32[3, 3]');
  expect(existsSync(file)).toBe(false);
});

test('nothing stays behind, not even after an error', async () => {
  const { executeOp, createTensor, tensorDataSync } = nativeBinding;
  const boom = () => {
    throw new Error('boom');
  };
  expect(() => profile(boom)).toThrow('boom');
  await expect(profile(async () => boom())).rejects.toThrow('boom');
  profile(() => x.add(1));
  expect(nativeBinding.executeOp).toBe(executeOp);
  expect(nativeBinding.createTensor).toBe(createTensor);
  expect(nativeBinding.tensorDataSync).toBe(tensorDataSync);
  const { events } = profile(() => 1);
  expect(events).toEqual([]);
  expect(() => profile(3 as never)).toThrow('profile takes a function without arguments, got number.');
});
