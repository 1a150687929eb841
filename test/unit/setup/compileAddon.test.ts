import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compileOverTensorflow } from '../../../runtime/setup/compileAddon.mjs';
import { run } from '../../../runtime/setup/run.mjs';
import type { Binding } from '../../../runtime/src/bindings/binding';

const SOURCE = `
#include <node_api.h>
extern "C" const char* TF_Version();
NAPI_MODULE_INIT() {
  napi_value version;
  napi_create_string_utf8(env, TF_Version(), NAPI_AUTO_LENGTH, &version);
  napi_set_named_property(env, exports, "version", version);
  return exports;
}
`;

let folder: string;
let logged: string[];
const log = (line: string) => void logged.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'distaff-addon-'));
  logged = [];
  mkdirSync(join(folder, 'native'));
  writeFileSync(join(folder, 'native/addon.cc'), SOURCE);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Over a library that stands in for libtensorflow, which takes seconds to link. */
async function compile() {
  const tensorflowDir = join(folder, 'libtensorflow');
  if (!existsSync(tensorflowDir)) {
    mkdirSync(tensorflowDir);
    const source = join(tensorflowDir, 'library.cc');
    writeFileSync(source, 'extern "C" const char* TF_Version() { return "1.2.3"; }');
    const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
    for (const library of libraries) {
      await run('g++', ['-shared', '-fPIC', source, `-Wl,-soname,${library}`, '-o', join(tensorflowDir, library)]);
    }
  }
  const output = join(folder, 'build/distaff.node');
  return compileOverTensorflow({ sources: join(folder, 'native'), flags: [], output, tensorflowDir, log });
}

describe('an addon', () => {
  it('is compiled when its sources change, and only then', async () => {
    const addon = await compile();
    // In a process of its own: libraries stay loaded.
    const version = await run(process.execPath, ['-p', `require(${JSON.stringify(addon)}).version`]);
    expect(version).toBe('1.2.3\n');
    const first = statSync(addon).mtimeMs;
    await compile();
    expect(statSync(addon).mtimeMs).toBe(first);
    expect(logged).toEqual([expect.stringMatching(/^Compiling distaff\.node with /)]);
    writeFileSync(join(folder, 'native/more.h'), '');
    await compile();
    expect(statSync(addon).mtimeMs).toBeGreaterThan(first);
    expect(readdirSync(join(folder, 'build')).sort()).toEqual(['distaff.node', 'distaff.node.sha256']);
  });

  it('that does not compile leaves the last one in place, and the compiler says why', async () => {
    const addon = await compile();
    writeFileSync(join(folder, 'native/addon.cc'), 'not C++');
    await expect(compile()).rejects.toThrow(/addon\.cc:1:1: error/);
    expect(existsSync(addon)).toBe(true);
    expect(readdirSync(join(folder, 'build')).sort()).toEqual(['distaff.node', 'distaff.node.sha256']);
    writeFileSync(join(folder, 'native/addon.cc'), SOURCE);
    await compile();
    expect(logged).toHaveLength(2);
  });

  it('takes the compiler and its options from CXX', async () => {
    const compiler = join(folder, 'my-compiler');
    writeFileSync(compiler, '#!/bin/sh\necho "$@"; exit 3\n');
    chmodSync(compiler, 0o755);
    vi.stubEnv('CXX', `${compiler} --mine`);
    await expect(compile()).rejects.toThrow(/my-compiler --mine .*addon\.cc.* failed with exit code 3/);
  });

  it('needs a compiler, and one line says what to install', async () => {
    await compile();
    vi.stubEnv('CXX', '');
    vi.stubEnv('PATH', join(folder, 'nothing'));
    await expect(compile()).rejects.toThrow(/^There is no C\+\+ compiler .*`apt install g\+\+`.*CXX\.$/);
  });
});

describe('the native binding', () => {
  /** As native.ts in a package in `folder`, without tfjs. */
  async function nativeBinding(): Promise<Binding> {
    const outfile = join(folder, 'dist/native.mjs');
    const here = JSON.stringify(pathToFileURL(outfile).href);
    writeFileSync(join(folder, 'package.json'), '{}');
    await build({
      entryPoints: [fileURLToPath(new URL('../../../runtime/src/bindings/native.ts', import.meta.url))],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      define: { 'import.meta.url': here },
      plugins: [withoutTfjs],
    });
    return (await import(pathToFileURL(outfile).href)).nativeBinding;
  }
  const withoutTfjs: Plugin = {
    name: 'without-tfjs',
    setup(plugins) {
      plugins.onLoad({ filter: /bindings\/backend\.ts$/ }, () => ({
        contents:
          "export class BindingBackend {} export const NATIVE_BACKEND = ''; export function registerBindingBackend() {}",
      }));
    },
  };
  const use = (native: Binding) => () => native.createTensor([], native.TF_FLOAT, Float32Array.of(1));

  it('without an addon says so, and what to run', async () => {
    const native = await nativeBinding();
    expect(native.getNumOfTensors()).toBe(0);
    expect(use(native)).toThrow(
      `The native addon is missing: there is no ${folder}/build/distaff.node. Run \`npx distaff setup\``,
    );
  });

  it('without libtensorflow says so, names what was looked for, and what to run', async () => {
    const native = await nativeBinding();
    await compile();
    rmSync(join(folder, 'libtensorflow'), { recursive: true });
    expect(use(native)).toThrow(
      `libtensorflow is not set up: ${folder}/build/distaff.node needs libtensorflow_cc.so.2. Run \`npx distaff setup\``,
    );
  });

  it('with something else in place of the addon says so', async () => {
    const native = await nativeBinding();
    mkdirSync(join(folder, 'build'));
    writeFileSync(join(folder, 'build/distaff.node'), 'no addon');
    expect(use(native)).toThrow(
      `The native addon ${folder}/build/distaff.node does not load. Run \`npx distaff setup\``,
    );
  });
});
