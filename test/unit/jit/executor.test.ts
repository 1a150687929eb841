import { expect, test } from 'vitest';
import type { Tensor } from '#tfjs';
import type { Compiled } from '../../../runtime/src/transforms/jit/compile';
import { Executor } from '../../../runtime/src/transforms/jit/executor';

/** A function whose calls take so many ms: the first, and each later one. */
function taking(graph: readonly number[], xla: readonly number[]) {
  const calls: string[] = [];
  const run = (_: readonly Tensor[], useXla: boolean): Tensor[] => {
    const name = useXla ? 'xla' : 'graph';
    const times = useXla ? xla : graph;
    const end =
      performance.now() + (times[Math.min(calls.filter((call) => call === name).length, times.length - 1)] ?? 0);
    calls.push(name);
    while (performance.now() < end);
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
