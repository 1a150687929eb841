import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './server';

let server: TestServer;
let outside: string;
let files = 0;

beforeAll(async () => {
  server = await TestServer.start();
  outside = mkdtempSync(path.join(tmpdir(), 'distaff-outside-'));
  writeFileSync(path.join(outside, 'kept'), '');
});
afterAll(async () => {
  await server.stop();
  rmSync(outside, { recursive: true, force: true });
});

const HEADER = "import { config, jnp, nn, type Tensor } from 'distaff';\n";

/** What code throws that runs while shapes are worked out. */
async function thrown(code: string, imports = ''): Promise<string | undefined> {
  const name = `sandbox${files++}.ts`;
  await server.save(
    name,
    `${HEADER}${imports}
/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module { apply(x: Tensor) { ${code}; return x; } });`,
  );
  expect(server.statuses.at(-1)).toMatchObject({ health: 'ok' });
  const problem = server.problems(name)[0];
  return problem && String(problem.message).replace('\n  in module Net', '');
}

const IMPORTS = `import child from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import worker from 'node:worker_threads';
const [file, kept] = ['OUTSIDE/made', 'OUTSIDE/kept'];`;

describe('evaluated code', () => {
  it.each([
    ['write a file', "fs.writeFileSync(file, 'x')"],
    ['make a folder', 'fs.mkdirSync(file)'],
    ['remove a file', 'fs.rmSync(kept)'],
    ['make a link', "fs.symlinkSync('/etc/hostname', file)"],
    ['start a process', "child.spawnSync('touch', [file])"],
    ['start a process of Node', 'child.fork(file)'],
    ['start a thread', "new worker.Worker('0', { eval: true })"],
  ])('may not %s', async (_, code) => {
    const imports = IMPORTS.replaceAll('OUTSIDE', outside);
    const message = await thrown(code, imports);
    expect(message).toMatch(/^Code may only read files while shapes are worked out; refused: /);
    expect(readdirSync(outside)).toEqual(['kept']);
  });

  it.each([
    ['connect', 'net.connect(80, "127.0.0.1")', 'net.Socket.connect'],
    ['listen', 'net.createServer().listen(0)', 'net.Server.listen'],
    ['ask over HTTP', "http.get('http://127.0.0.1:1')", 'net.Socket.connect'],
    ['fetch', "fetch('http://127.0.0.1:1')", 'fetch'],
    ['send datagrams', "dgram.createSocket('udp4')", 'dgram.createSocket'],
    ['look names up', "dns.lookup('example.test', () => {})", 'dns.lookup'],
    ['kill its server', "process.kill(process.ppid, 'SIGKILL')", 'process.kill'],
    ['abort', 'process.abort()', 'process.abort'],
    ['disconnect', 'process.disconnect!()', 'process.disconnect'],
  ])('may not %s', async (_, code, what) => {
    expect(await thrown(code, IMPORTS)).toBe(`${what} is not available while shapes are worked out.`);
  });

  it('may not speak for the analysis', async () => {
    expect(await thrown("throw new Error(String(process.send?.({ type: 'done', id: 1 })))")).toBe('undefined');
    expect(
      await thrown("process.on('message', () => {}); process.removeAllListeners(); throw new Error('silent')"),
    ).toBe('silent');
    expect(await thrown("throw new Error('still there')")).toBe('still there');
  });

  it('finds the process as it was, whatever other files did to it', async () => {
    const pollution = `
(Array.prototype as any).map = () => { throw new Error('polluted'); };
Object.defineProperty(Object.prototype, 'evil', { value: 1, enumerable: true, configurable: true });
(globalThis as any).Map = 3; JSON.stringify = () => 'x'; Math.random = () => 4; (globalThis as any).leftover = 5;
Error.stackTraceLimit = 0; (Error as any).prepareStackTrace = () => ({}); (String.prototype as any).split = () => 1;
(globalThis as any).Promise = class { constructor() { throw new Error('no promises'); } };
delete (globalThis as any).setTimeout; (process as any).nextTick = () => {}; process.env.HACK = '1'; process.exitCode = 7;
config.threefryPartitionable = false; (x.constructor.prototype as any).matMul = () => 5;
setTimeout?.(() => { for (;;) {} }, 0)`;
    const dirt = `const dirty = [];
for (const name of ['leftover', 'HACK']) if (name in globalThis || name in process.env) dirty.push(name);
for (const key in {}) dirty.push(key);
if (typeof Map !== 'function' || typeof setTimeout !== 'function') dirty.push('globals');
if (!config.threefryPartitionable) dirty.push('config');
if (Math.random() > 1 || JSON.stringify([1].map((n) => n + 1)) !== '[2]' || 'a,b'.split(',').length !== 2) dirty.push('functions');
throw new Error(dirty.join() + x.matMul(jnp.ones([2, 3])).shape)`;
    const [process] = server.analysisProcesses();
    await thrown(pollution);
    expect(await thrown(dirt)).toMatch(/^B,3$|^\d+,3$/);
    expect(server.analysisProcesses()).toEqual([process]);
  });

  it('that leaves what cannot be undone costs a process, not the next result', async () => {
    const [before] = server.analysisProcesses();
    await thrown("Object.defineProperty(globalThis, 'stuck', { value: 1 }); Object.freeze(Array.prototype)");
    expect(await thrown("throw new Error(String('stuck' in globalThis || Object.isFrozen(Array.prototype)))")).toBe(
      'false',
    );
    expect(server.analysisProcesses()).not.toContain(before);
  });

  it('may hold proxies, getters, cycles and large data in its variables, which hints neither run nor walk for long', async () => {
    const name = `sandbox${files++}.ts`;
    await server.save(
      name,
      `${HEADER}
/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    const proxy = new Proxy({ x }, { get() { throw 1; }, ownKeys() { throw 2; }, getPrototypeOf() { throw 3; } });
    const getter = { get a(): never { throw new Error('read'); } };
    const cyclic: any = { x }; cyclic.self = cyclic;
    const odd = [10n, Symbol('s'), x, null, undefined, Object.create(null)];
    const rows = Array.from({ length: 3000 }, () => new Array(784).fill(0));
    const words: Record<string, number> = {};
    for (let i = 0; i < 50_000; i++) words[\`w\${i}\`] = i;
    for (let i = 0; i < 2000; i++) { const row = rows, dict = words, both = { rows, words, x, proxy, getter, cyclic, odd }; void [row, dict, both]; }
    for (let i = 1; i < 5000; i++) { const grows = jnp.zeros([i]); void grows; }
    const y = nn.Dense(x, { features: 3 });
    return y;
  }
});`,
    );
    expect(server.statuses.at(-1)?.health).toBe('ok');
    expect(server.problems(name)).toEqual([]);
    const picture = await server.picture(name);
    expect(picture).toContain('const y/*: f32[B, 3] */');
    expect(picture).toMatch(/const grows\/\*: f32\[1\] \(\+1\d\d\) \*\//);
  });
});
