import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './server';

let server: TestServer;
let files = 0;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const net = (width: number | string, body = '') => `import { nn, type Tensor } from 'distaff';
/** @input x f32[B, 2] */
export const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    ${body}
    const y = nn.Dense(x, { features: ${width} });
    return y;
  }
});
`;

/** What the hint on `y` says. */
async function label(name: string, at: TestServer = server): Promise<string | undefined> {
  const picture = await at.picture(name);
  return /const y\/\*: (.*?) \*\//.exec(picture)?.[1];
}

async function until(holds: () => Promise<boolean> | boolean): Promise<number> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > 20_000) throw new Error('It did not happen within 20 s.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - started;
}

describe('results', () => {
  it('are those of the newest of 50 saves, without working out the others', async () => {
    await server.save('many.ts', net(1));
    server.hurry(
      'many.ts',
      Array.from({ length: 50 }, (_, i) => net(i + 2)),
    );
    await until(async () => (await label('many.ts')) === 'f32[B, 51]');
    await until(() => server.statuses.at(-1)?.quiescent === true);
    expect(await label('many.ts')).toBe('f32[B, 51]');
  });

  it('of a good save do not wait for the endless loops saved before it', async () => {
    await server.save('loops.ts', net(1));
    server.statuses.length = 0;
    server.hurry(
      'loops.ts',
      Array.from({ length: 50 }, () => net(3, 'for (;;) {}')),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.hurry('loops.ts', [net(60)]);
    expect(await until(async () => (await label('loops.ts')) === 'f32[B, 60]')).toBeLessThan(10_000);
    expect(server.statuses.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  it('are those of the newest text when one that does not parse is saved behind a long evaluation', async () => {
    await server.save('syntax.ts', net(1));
    server.hurry('syntax.ts', [
      net(2, 'for (const end = Date.now() + 300; Date.now() < end; ) {}'),
      `${net(3)}const = ;`,
    ]);
    await until(() => server.problems('syntax.ts').length > 0);
    await until(() => server.statuses.at(-1)?.quiescent === true);
    expect(server.problems('syntax.ts').map(({ severity }) => severity)).toEqual([1]);
  });

  it('stay with edits in several places until the next save', async () => {
    await server.save('edits.ts', net(4));
    server.change(
      'edits.ts',
      `// first\n${net(4).replace('return y;', 'const z = 1;\n    return y;').replace('const y =', 'const yes =')}`,
    );
    expect((await server.picture('edits.ts')).split('\n').slice(5)).toMatchInlineSnapshot(`
      [
        "    ",
        "    const yes/*: f32[B, 4] */ = nn.Dense(x, { features: 4 })/* kernel f32[2, 4], bias f32[4] */;",
        "    const z = 1;",
        "    return y/*: f32[B, 4] */;",
        "  }",
        "});",
      ]
    `);
  });

  it('follow an imported file: saved, unsaved, made later, and under any form of its URI', async () => {
    const name = `fol(der) ${files++}`;
    const main = `${name}/main.ts`;
    await server.save(main, `import { width } from './config';\n${net('width')}`);
    expect(server.problems(main)[0]?.message).toContain("Cannot find './config'");
    server.change(`${name}/config.ts`, 'export const width = 5;\n');
    server.hurry(`${name}/config.ts`, ['export const width = 6;\n']);
    await until(async () => (await label(main)) === 'f32[B, 6]');
    expect(server.problems(main)).toEqual([]);
    server.hurry(`${name}/config.ts`, ['export const width = 7;\n']);
    await until(async () => (await label(main)) === 'f32[B, 7]');
    // The editor's text counts, not the one on disk.
    server.change(`${name}/config.ts`, 'export const width = 8;\n');
    server.write(`${name}/config.ts`, 'export const width = 9;\n');
    await server.save(main, `import { width } from './config';\n${net('width')}\n`);
    expect(await label(main)).toBe('f32[B, 8]');
  });

  it('go when a file is closed and come back when it is opened again', async () => {
    await server.save('closed.ts', net(5, 'nope();'));
    expect(server.problems('closed.ts')).toHaveLength(1);
    const late = net(6, 'nope(); for (const end = Date.now() + 200; Date.now() < end; ) {}');
    server.hurry('closed.ts', [late]);
    await server.close('closed.ts');
    await until(() => server.problems('closed.ts').length === 0);
    await until(() => server.statuses.at(-1)?.quiescent === true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.problems('closed.ts')).toEqual([]);
    await server.save('closed.ts', net(7));
    expect(await label('closed.ts')).toBe('f32[B, 7]');
  });
});

describe('the analysis process', () => {
  it('is there again after it was killed, idle or busy', async () => {
    await server.save('killed.ts', net(1));
    const [idle] = server.analysisProcesses();
    process.kill(idle as number, 'SIGKILL');
    await until(() => server.analysisProcesses().some((pid) => pid !== idle));
    await server.save('killed.ts', net(2));
    expect(await label('killed.ts')).toBe('f32[B, 2]');
    const saved = server.save('killed.ts', net(3, 'for (;;) {}'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(server.analysisProcesses()[0] as number, 'SIGKILL');
    await saved;
    expect(server.statuses.at(-1)).toMatchObject({ health: 'warning', message: expect.stringContaining('SIGKILL') });
    expect(await label('killed.ts')).toBe('f32[B, 2]');
    await server.save('killed.ts', net(4));
    expect(await label('killed.ts')).toBe('f32[B, 4]');
  });

  it('is restarted while it is busy, and while it starts', async () => {
    await server.save('restarted.ts', net(1));
    server.hurry('restarted.ts', [net(2, 'for (;;) {}')]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.change('restarted.ts', net(3));
    const restarts = [1, 2, 3].map(() => server.connection.sendRequest('distaff/restart', null));
    await Promise.all(restarts);
    expect(await label('restarted.ts')).toBe('f32[B, 3]');
    expect(server.analysisProcesses()).toHaveLength(1);
  });

  it('ends soon when its server was killed while it was busy', async () => {
    const other = await TestServer.start({ timeBudget: 500 });
    await other.save('orphan.ts', net(1));
    other.hurry('orphan.ts', [net(2, 'for (;;) {}')]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const [pid] = other.analysisProcesses();
    other.crash();
    await until(() => !existsSync(`/proc/${pid}`));
  });
});
