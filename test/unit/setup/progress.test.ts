import { describe, expect, it } from 'vitest';
import { createProgress } from '../../../runtime/setup/progress.mjs';

/** What a download of 100 MB at 10 MB/s writes, from `from` MB on. */
function written({ isTTY = false, from = 0 }) {
  const lines: string[] = [];
  let clock = 0;
  const progress = createProgress('x', { isTTY, write: (text) => lines.push(text) }, () => clock);
  for (let received = from; received <= 100; received++) {
    progress(received * 1e6, 100e6);
    clock += 100;
  }
  return lines;
}

describe('the progress of a download', () => {
  it('is a line every ten percent where there is no terminal', () => {
    const lines = written({});
    expect(lines).toHaveLength(10);
    expect(lines[4]).toBe('x  ████████████░░░░░░░░░░░░  50 %  50 of 100 MB  10.0 MB/s  5 s left\n');
    expect(lines[9]).toBe('x  ████████████████████████ 100 %  100 of 100 MB  10.0 MB/s\n');
  });

  it('is one line that redraws itself on a terminal', () => {
    const lines = written({ isTTY: true });
    expect(lines).toHaveLength(101);
    expect(lines.every((line) => line.startsWith('\r'))).toBe(true);
    expect(lines.filter((line) => line.includes('\n'))).toEqual([lines.at(-1)]);
  });

  it('counts only what this run has fetched when it tells the speed', () => {
    expect(written({ from: 80 })[1]).toBe('x  ██████████████████████░░  90 %  90 of 100 MB  10.0 MB/s  1 s left\n');
  });
});
