import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'distaff-bin-'));
  vi.stubEnv('PATH', `${bin}`);
  vi.stubEnv('CXX', '');
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(bin, { recursive: true });
});

const log = () => {};

/** Puts a command on PATH that writes down how it was called. */
function fake(command: string, program: string) {
  writeFileSync(join(bin, command), `#!/bin/sh\necho "${command} $*" >> ${bin}/calls\n${program}\n`);
  chmodSync(join(bin, command), 0o755);
}
const calls = () => (existsSync(join(bin, 'calls')) ? readFileSync(join(bin, 'calls'), 'utf8').trim().split('\n') : []);

/** Whether we are root; each test's module starts anew and has not yet updated apt's lists. */
async function ensureCompiler(uid: number) {
  vi.spyOn(process, 'getuid').mockReturnValue(uid);
  const compiler = await import('../../../runtime/setup/compiler.mjs');
  return compiler.ensureCompiler({ log });
}

describe('a missing C++ compiler', () => {
  it('is installed with apt by root', async () => {
    fake('apt-get', '');
    fake('env', 'shift; exec "$@"');
    await ensureCompiler(0);
    const apt = calls().filter((call) => call.startsWith('apt-get'));
    expect(apt).toEqual([
      'apt-get update -q',
      expect.stringMatching(/^apt-get install -y .*--no-install-recommends g\+\+$/),
    ]);
    expect(calls()[0]).toBe('env DEBIAN_FRONTEND=noninteractive apt-get update -q');
  });

  it('is installed with sudo by who may without a password', async () => {
    fake('apt-get', '');
    fake('sudo', '');
    await ensureCompiler(1000);
    expect(calls()).toEqual([
      'sudo -n true',
      'sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update -q',
      expect.stringMatching(/^sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install .* g\+\+$/),
    ]);
  });

  it('is asked for in one line where apt may not', async () => {
    const message =
      'Missing: a C++ compiler, for the native addon. Install it (Debian, Ubuntu: apt-get install g++) and run this again.';
    await expect(ensureCompiler(0)).rejects.toThrow(message);
    fake('apt-get', '');
    await expect(ensureCompiler(1000)).rejects.toThrow(message);
    fake('sudo', 'exit 1');
    await expect(ensureCompiler(1000)).rejects.toThrow(message);
    expect(calls()).toEqual(['sudo -n true']);
  });

  it('is none when there is one', async () => {
    fake('clang++', '');
    await ensureCompiler(1000);
    expect(calls()).toEqual([]);
  });
});
