import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { runStep } from '../../../scripts/testing/runStep.mjs';

let shown: MockInstance<typeof console.log>;
beforeEach(() => {
  shown = vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => shown.mockRestore());

const step = (program: string, minutes = 1) =>
  runStep({ name: 'x', command: [process.execPath, '-e', program], minutes, cwd: process.cwd() });

/** A process that has ended may stay listed as a zombie until its parent looks. */
const isRunning = (pid: number) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

describe('a step of npm test', () => {
  it('shows its lines with its name before each, so that none is taken for the closing line', async () => {
    const { code, output } = await step(
      `console.log('1 passed, 0 failed'); console.error('bad'); process.exitCode = 3`,
    );
    expect({ code, lines: output.trim().split('\n').sort() }).toEqual({
      code: 3,
      lines: ['1 passed, 0 failed', 'bad'],
    });
    const lines = shown.mock.calls.map(([line]) => line);
    expect(lines).toContain('x │ 1 passed, 0 failed');
    expect(lines.every((line) => line.startsWith('x │ '))).toBe(true);
  });

  it('that takes too long is ended with what it has started', async () => {
    const { code, output } = await step(
      `const { spawn } = require('node:child_process');
       console.log(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid);
       setInterval(() => {}, 1000);`,
      1 / 60,
    );
    expect(code).toBeUndefined();
    const grandchild = Number(output);
    expect(grandchild).toBeGreaterThan(0);
    await vi.waitFor(() => expect(isRunning(grandchild)).toBe(false));
    expect(shown).toHaveBeenCalledWith(expect.stringContaining('ended: it took more than'));
  });

  it('whose command does not exist fails', async () => {
    const outcome = await runStep({ name: 'x', command: ['no-such-command'], minutes: 1, cwd: process.cwd() });
    expect(outcome.code).toBeNull();
  });
});
