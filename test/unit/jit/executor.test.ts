import { afterEach, expect, test, vi } from 'vitest';
import type { Tensor } from '../../../runtime/src/index';
import type { Compiled } from '../../../runtime/src/transforms/jit/compile';
import { Executor } from '../../../runtime/src/transforms/jit/executor';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A function whose calls take so many ms by a clock of their own: the first, and each later one. */
function taking(graph: readonly number[], xla: readonly number[]) {
  const calls: string[] = [];
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const run = (_: readonly Tensor[], useXla: boolean): Tensor[] => {
    const name = useXla ? 'xla' : 'graph';
    const times = useXla ? xla : graph;
    now += times[Math.min(calls.filter((call) => call === name).length, times.length - 1)] ?? 0;
    calls.push(name);
    return [];
  };
  const executor = new Executor({ name: 'f__0', nodes: [], run } as unknown as Compiled, 'auto');
  return { executor, calls };
}

test.each([
  ['XLA, however long it compiles', [4, 4], [40, 1], 'xla'],
  ['the graph', [4, 2], [4, 6], 'graph'],
])('jit stays with %s where it is faster, after six calls', (_, graph, xla, faster) => {
  const { executor, calls } = taking(graph, xla);
  for (let i = 0; i < 30; i++) executor.run([]);
  expect(executor.compiler).toBe(faster);
  expect(calls.slice(30 - 5)).toEqual(Array(5).fill(faster));
});

test('a brief function is timed more often, so that a disturbance of its first calls does not decide', () => {
  const { executor } = taking([1, 0.2], [20, 5, 0.9, 0.9, 0.05]);
  for (let i = 0; i < 40; i++) executor.run([]);
  expect(executor.compiler).toBe('xla');
});
