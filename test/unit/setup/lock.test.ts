import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { withLock } from '../../../runtime/setup/lock.mjs';

const lockModule = new URL('../../../runtime/setup/lock.mjs', import.meta.url).href;

/** A process that takes the lock and keeps it; resolves when it has it. */
async function holdElsewhere(name: string) {
  const program = `
    const { withLock } = await import(${JSON.stringify(lockModule)});
    setInterval(() => {}, 1000);
    await withLock(${JSON.stringify(name)}, () => { console.log('held'); return new Promise(() => {}); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

it('a lock is held by one at a time', async () => {
  const events: string[] = [];
  const hold = (who: string) =>
    withLock('one at a time', async () => {
      events.push(`${who} in`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push(`${who} out`);
    });
  await Promise.all([hold('a'), hold('b')]);
  expect(events).toEqual(['a in', 'a out', 'b in', 'b out']);
});

it('a lock is free again after an error', async () => {
  const failing = withLock('fails', async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await withLock('fails', async () => 'mine')).toBe('mine');
});

it('a lock that a killed process held is free', async () => {
  const name = `killed ${process.pid}`;
  const holder = await holdElsewhere(name);
  let waited = false;
  const mine = withLock(name, async () => 'mine', {
    onWait: () => {
      waited = true;
      holder.kill('SIGKILL');
    },
  });
  expect(await mine).toBe('mine');
  expect(waited).toBe(true);
});
