import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BIN = path.join(ROOT, 'runtime/bin/distaff.mjs');
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'distaff command-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

interface Given {
  bin?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
  /** Is called with the running command. */
  meanwhile?: (child: ReturnType<typeof spawn>, output: string) => void;
}

/** Runs the command in the folder, its output through pipes. */
async function distaff(args: string[], { bin = BIN, env = process.env, input = '', meanwhile }: Given = {}) {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    meanwhile?.(child, stdout);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.stdin.end(input);
  const exit = await new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  const plain = (text: string) => text.replaceAll(folder, '…');
  return { stdout: plain(stdout), stderr: plain(stderr), exit };
}

const NET = `import { nn, type Tensor } from 'distaff';
/** @input x f32[B, 2] */
export const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) { return nn.Dense(x, { features: 3 }); }
});
`;

describe('distaff shapes', () => {
  it('says what is no file, and that it exists', async () => {
    expect(await distaff(['shapes', 'gone.ts'])).toEqual({
      stdout: '',
      stderr: 'distaff shapes: there is no file …/gone.ts.\n',
      exit: 2,
    });
    expect(await distaff(['shapes', '.'])).toEqual({ stdout: '', stderr: 'distaff shapes: … is no file.\n', exit: 2 });
  });

  it('prints all of a long answer into a pipe', async () => {
    const nets = Array.from({ length: 200 }, (_, i) => NET.slice(NET.indexOf('\n')).replaceAll('Net', `Net${i}`));
    write('many.ts', `import { nn, type Tensor } from 'distaff';${nets.join('')}`);
    const { stdout, exit } = await distaff(['shapes', 'many.ts', '--format', 'json', '--budget', '30']);
    expect(exit).toBe(0);
    expect(stdout.length).toBeGreaterThan(65_536);
    expect(JSON.parse(stdout).modules).toHaveLength(200);
  });

  it('needs neither a home nor the addon', async () => {
    // The package as it is installed, without what set-up makes.
    const copy = path.join(folder, 'node_modules/distaff');
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(path.join(ROOT, 'runtime', part), path.join(copy, part), { recursive: true });
    for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
      const link = path.join(folder, 'node_modules', name);
      if (!existsSync(link)) symlinkSync(path.join(ROOT, 'node_modules', name), link);
    }
    write('net.ts', NET);
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', XDG_CACHE_HOME: '/nonexistent' };
    const { stdout, stderr, exit } = await distaff(['shapes', 'net.ts'], {
      bin: path.join(copy, 'bin/distaff.mjs'),
      env,
    });
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    expect(stdout).toContain('/Dense_0/kernel  f32[2, 3]');
  });
});

describe('distaff run', () => {
  it('gives a file its own arguments, input, names and exit code', async () => {
    write('data/x.json', '{ "width": 7 }');
    write('sub/where.ts', 'export const where = [import.meta.dirname, import.meta.filename, __dirname] as const;');
    write(
      'main.ts',
      `#!/usr/bin/env node
import data from './data/x.json';
import { where } from './sub/where';
let input = '';
for await (const chunk of process.stdin) input += chunk;
const later = await import('./sub/where');
console.log(JSON.stringify([data.width, input, process.argv.slice(1), where, later.where === where, decodeURI(import.meta.url), __filename]));
process.exitCode = 4;
`,
    );
    const { stdout, stderr, exit } = await distaff(['run', 'main.ts', 'a', '--flag'], { input: 'typed' });
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 4 });
    expect(JSON.parse(stdout)).toEqual([
      7,
      'typed',
      ['…/main.ts', 'a', '--flag'],
      ['…/sub', '…/sub/where.ts', '…/sub'],
      true,
      'file://…/main.ts',
      '…/main.ts',
    ]);
  });

  it('runs CommonJS files and packages that are', async () => {
    write('node_modules/old/index.js', "exports.dir = require('path').basename(__dirname);");
    write('node_modules/old/package.json', '{ "name": "old", "version": "1.0.0" }');
    write('old.cjs', 'module.exports = { three: 3 };');
    write(
      'common.ts',
      "const old = require('old');\nconst { three } = require('./old.cjs');\nconsole.log(old.dir, three, typeof require('fs').statSync);\nmodule.exports = 1;\n",
    );
    expect(await distaff(['run', 'common.ts'])).toEqual({ stdout: 'old 3 function\n', stderr: '', exit: 0 });
  });

  it("shows an uncaught error at the user's line, also when it arises in the library, later or in a promise", async () => {
    const shown = async (text: string) => {
      write('fails.ts', text);
      const { stderr, exit } = await distaff(['run', 'fails.ts']);
      expect(exit).toBe(1);
      return stderr.replace(/Node\.js .*\n$/, '').trimEnd();
    };
    expect(
      await shown(`import { tree } from 'distaff';
type Unused = 1;
const sum = (a: number, b: number) => a + b;
const total = tree.map(sum, [1, 2], [3]);
`),
    ).toMatchInlineSnapshot(`
      "…/fails.ts:4
      const total = tree.map(sum, [1, 2], [3]);
                         ^

      Error: The trees differ at the root: expected [*, *], got [*].
          at <anonymous> (…/fails.ts:4:20)"
    `);
    expect(
      await shown("interface A { b: number }\nsetTimeout(() => {\n  throw new RangeError('later');\n}, 1);\n"),
    ).toMatchInlineSnapshot(`
      "…/fails.ts:3
        throw new RangeError('later');
              ^

      RangeError: later
          at Timeout._onTimeout (…/fails.ts:3:9)"
    `);
    expect(
      await shown("const word: string = 'rejected';\nvoid Promise.reject(new Error(word));\n"),
    ).toMatchInlineSnapshot(`
      "…/fails.ts:2
      void Promise.reject(new Error(word));
                          ^

      Error: rejected
          at <anonymous> (…/fails.ts:2:21)"
    `);
    expect(await shown('throw { code: 7 };\n')).toMatchInlineSnapshot(`"Uncaught { code: 7 }"`);
  });

  it("leaves errors to the file's own handlers", async () => {
    write(
      'handles.ts',
      "process.on('uncaughtException', (error) => { console.log('handled', error.message); process.exit(5); });\nthrow new Error('mine');\n",
    );
    expect(await distaff(['run', 'handles.ts'])).toEqual({ stdout: 'handled mine\n', stderr: '', exit: 5 });
  });

  it('says what does not parse or resolve, and where', async () => {
    write('broken.ts', "import { z } from './gone';\nimport q from 'gone-package';\nconsole.log(z, q);\n");
    expect(await distaff(['run', 'broken.ts'])).toMatchInlineSnapshot(`
      {
        "exit": 1,
        "stderr": "✘ [ERROR] Could not resolve "./gone"

          broken.ts:1:18:
            1 │ import { z } from './gone';
              ╵                   ~~~~~~~~

      ✘ [ERROR] Could not resolve "gone-package"

          broken.ts:2:14:
            2 │ import q from 'gone-package';
              ╵               ~~~~~~~~~~~~~~
      ",
        "stdout": "",
      }
    `);
  });

  it('ends with Ctrl+C and leaves nothing behind', async () => {
    write('waits.ts', "console.log('up');\nsetInterval(() => {}, 1000);\n");
    const temporary = path.join(folder, 'tmp');
    mkdirSync(temporary);
    const { exit } = await distaff(['run', 'waits.ts'], {
      env: { ...process.env, TMPDIR: temporary },
      meanwhile: (child) => child.kill('SIGINT'),
    });
    expect(exit).toBe('SIGINT');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
