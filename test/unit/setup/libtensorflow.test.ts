import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureLibtensorflow } from '../../../runtime/setup/libtensorflow.mjs';
import { type Loopback, serve, serveFile } from './loopback';
import { makeWheel } from './wheel';

const name = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';
const content = makeWheel({
  'tensorflow/__init__.py': 'python',
  'tensorflow/libtensorflow_cc.so.2': 'cc',
  'tensorflow/libtensorflow_framework.so.2': 'framework',
  'tensorflow/include/tensorflow/c/c_api.h': 'the C API',
  'tensorflow/include/tensorflow/cc/ops.h': 'the C++ API',
  'tensorflow_cpu-2.21.0.dist-info/RECORD': '',
});
const wheels = [{ file: name, sha256: createHash('sha256').update(content).digest('hex') }];
const log = () => {};

let cache: string;
let server: Loopback | undefined;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'distaff-cache-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.stubEnv('DISTAFF_TENSORFLOW', '');
  // Without pip (nothing is on PATH) there is only the index below.
  vi.stubEnv('PATH', '');
  for (const proxy of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'PIP_PROXY']) vi.stubEnv(proxy, '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  server = undefined;
  rmSync(cache, { recursive: true });
});

/** A package index with the one wheel. */
async function startIndex(serveWheel: RequestListener = serveFile(content)) {
  server = await serve((request, response) =>
    request.url === '/tensorflow-cpu/'
      ? response.writeHead(200, { 'content-type': 'text/html' }).end(`<a href="/${name}">${name}</a>`)
      : serveWheel(request, response),
  );
  vi.stubEnv('PIP_INDEX_URL', server.url);
}

describe('libtensorflow', () => {
  it('comes from the index: the libraries and the headers that compiling needs, nothing else', async () => {
    await startIndex();
    const folder = await ensureLibtensorflow({ log, variant: 'cpu', wheels });
    expect(folder).toBe(join(cache, 'distaff/libtensorflow-2.21.0-cpu'));
    const files = readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, `${path}`)).isFile());
    expect(files.sort()).toEqual([
      'include/tensorflow/c/c_api.h',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    expect(readFileSync(join(folder, 'libtensorflow_cc.so.2'), 'utf8')).toBe('cc');
    expect(statSync(join(folder, 'libtensorflow_cc.so.2')).mode & 0o111).not.toBe(0);
  });

  it('is fetched once, also when two ask at the same time, and leaves no wheel behind', async () => {
    await startIndex();
    await Promise.all([1, 2].map(() => ensureLibtensorflow({ log, variant: 'cpu', wheels })));
    await ensureLibtensorflow({ log, variant: 'cpu', wheels });
    expect(server?.requests.map(({ url }) => url)).toEqual(['/tensorflow-cpu/', `/${name}`]);
    expect(readdirSync(join(cache, 'distaff/downloads'))).toEqual([]);
  });

  it('is not there after a wheel with another hash', async () => {
    await startIndex(serveFile(makeWheel({ 'tensorflow/libtensorflow_cc.so.2': 'evil' })));
    await expect(ensureLibtensorflow({ log, variant: 'cpu', wheels })).rejects.toThrow('not the pinned');
    expect(readdirSync(join(cache, 'distaff'), { recursive: true })).toEqual(['downloads']);
  });

  it('is not there when unpacking breaks off, and the wheel need not be fetched again', async () => {
    await startIndex();
    const downloads = join(cache, 'distaff/downloads');
    // What an interrupted set-up leaves: a fetched wheel and half of its files.
    mkdirSync(join(cache, 'distaff/libtensorflow-2.21.0-cpu.unpacking/half'), { recursive: true });
    mkdirSync(downloads, { recursive: true });
    writeFileSync(join(downloads, name), content);
    const folder = await ensureLibtensorflow({ log, variant: 'cpu', wheels });
    expect(server?.requests).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['include', 'libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
    expect(readdirSync(join(cache, 'distaff')).sort()).toEqual(['downloads', 'libtensorflow-2.21.0-cpu']);
  });

  it('for CUDA stands beside NVIDIA’s libraries, as it does in Python', async () => {
    const cuda = makeWheel({
      'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn',
      'nvidia/cudnn/include/cudnn.h': 'header',
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': 'bitcode',
    });
    const downloads = join(cache, 'distaff/downloads');
    mkdirSync(downloads, { recursive: true });
    writeFileSync(join(downloads, name), content);
    writeFileSync(join(downloads, 'cuda.whl'), cuda);
    const both = [...wheels, { file: 'cuda.whl', sha256: createHash('sha256').update(cuda).digest('hex') }];
    const folder = await ensureLibtensorflow({ log, variant: 'gpu', wheels: both });
    expect(folder).toBe(join(cache, 'distaff/libtensorflow-2.21.0-gpu/tensorflow'));
    expect(existsSync(join(folder, 'libtensorflow_cc.so.2'))).toBe(true);
    const libraries = readdirSync(join(folder, '../nvidia'), { recursive: true }).filter((path) =>
      /\.\w+$/.test(`${path}`),
    );
    expect(libraries.sort()).toEqual(['cuda_nvcc/nvvm/libdevice/libdevice.10.bc', 'cudnn/lib/libcudnn.so.9']);
  });

  it('without pip and without an index says what to install or set', async () => {
    vi.stubEnv('PIP_INDEX_URL', '');
    vi.stubEnv('UV_INDEX_URL', '');
    vi.stubEnv('UV_DEFAULT_INDEX', '');
    await expect(ensureLibtensorflow({ log, variant: 'cpu', wheels })).rejects.toThrow(
      'Install pip, or set PIP_INDEX_URL to an index, or set DISTAFF_TENSORFLOW to a folder',
    );
  });
});

describe('DISTAFF_TENSORFLOW', () => {
  it('names a folder that is taken as it is', async () => {
    for (const library of ['cc', 'framework']) writeFileSync(join(cache, `libtensorflow_${library}.so.2`), '');
    vi.stubEnv('DISTAFF_TENSORFLOW', cache);
    expect(await ensureLibtensorflow({ log })).toBe(cache);
  });

  it('that lacks a library says which', async () => {
    writeFileSync(join(cache, 'libtensorflow_cc.so.2'), '');
    vi.stubEnv('DISTAFF_TENSORFLOW', cache);
    await expect(ensureLibtensorflow({ log })).rejects.toThrow(`${cache}, which has no libtensorflow_framework.so.2.`);
  });

  it('that does not exist says so', async () => {
    vi.stubEnv('DISTAFF_TENSORFLOW', join(cache, 'nowhere'));
    await expect(ensureLibtensorflow({ log })).rejects.toThrow(`${cache}/nowhere, which does not exist.`);
  });
});
