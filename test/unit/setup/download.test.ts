import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, HashError } from '../../../runtime/setup/download.mjs';
import { type Loopback, serve, serveFile } from './loopback';

const content = randomBytes(400_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let folder: string;
let server: Loopback | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'distaff-download-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

/** Downloads `wheel` into the folder from a server with this handler; returns what has come, by its hash. */
async function fetchFrom(handler: RequestListener, options: Partial<Parameters<typeof download>[0]> = {}) {
  server = await serve(handler);
  const file = join(folder, 'wheel');
  await download({ url: `${server.url}/wheel`, file, sha256, retryMs: 1, ...options });
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

describe('download', () => {
  it('fetches a file and leaves nothing else', async () => {
    expect(await fetchFrom(serveFile(content))).toBe(sha256);
    expect(readdirSync(folder)).toEqual(['wheel']);
  });

  it('reports bytes from the first to the last, with the total', async () => {
    const seen: [number, number | undefined][] = [];
    await fetchFrom(serveFile(content), { onProgress: (received, total) => seen.push([received, total]) });
    expect(seen[0]).toEqual([0, content.length]);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(seen.map(([received]) => received)).toEqual(seen.map(([received]) => received).sort((a, b) => a - b));
  });

  it('takes a connection up again where it broke', async () => {
    let cuts = 0;
    const cutTwice: RequestListener = (request, response) => {
      if (cuts++ >= 2) return serveFile(content)(request, response);
      const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
      const size = content.length;
      const range = { 'content-range': `bytes ${start}-${size - 1}/${size}` };
      response.writeHead(request.headers.range ? 206 : 200, { 'content-length': size - start, ...range });
      response.write(content.subarray(start, start + 100_000), () => setTimeout(() => response.destroy(), 50));
    };
    expect(await fetchFrom(cutTwice, { attempts: 2 })).toBe(sha256);
    expect(server?.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
  });

  it('continues what an earlier run has left', async () => {
    writeFileSync(join(folder, 'wheel.part'), content.subarray(0, 300_000));
    const seen: number[] = [];
    expect(await fetchFrom(serveFile(content), { onProgress: (received) => seen.push(received) })).toBe(sha256);
    expect(seen[0]).toBe(300_000);
    expect(server?.requests[0]?.headers.range).toBe('bytes=300000-');
  });

  it('takes what an earlier run has fetched whole but not renamed', async () => {
    writeFileSync(join(folder, 'wheel.part'), content);
    expect(await fetchFrom(serveFile(content))).toBe(sha256);
  });

  it('starts afresh when the server does not give parts', async () => {
    writeFileSync(join(folder, 'wheel.part'), content.subarray(0, 1000));
    const whole: RequestListener = (_, response) => response.end(content);
    expect(await fetchFrom(whole)).toBe(sha256);
  });

  it('starts afresh when what it has is longer than the file', async () => {
    writeFileSync(join(folder, 'wheel.part'), Buffer.concat([content, content]));
    expect(await fetchFrom(serveFile(content))).toBe(sha256);
  });

  it('refuses a file with another hash and deletes it', async () => {
    const other = serveFile(randomBytes(1000));
    await expect(fetchFrom(other)).rejects.toThrow(HashError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names both hashes and the address when the hash is wrong', async () => {
    const other = randomBytes(1000);
    const actual = createHash('sha256').update(other).digest('hex');
    const message = await fetchFrom(serveFile(other)).catch((error: Error) => error.message);
    expect(message).toContain(`${server?.url}/wheel has the SHA-256 ${actual}, not the pinned ${sha256}.`);
  });

  it('shows nothing under the final name until the file is whole', async () => {
    const cut: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
    };
    await expect(fetchFrom(cut, { attempts: 1 })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['wheel.part']);
  });

  it('follows redirects', async () => {
    const redirecting: RequestListener = (request, response) =>
      request.url === '/wheel'
        ? response.writeHead(302, { location: '/elsewhere' }).end()
        : serveFile(content)(request, response);
    expect(await fetchFrom(redirecting)).toBe(sha256);
  });

  it('asks again after an error of the server, not after a refusal', async () => {
    let errors = 0;
    const busy: RequestListener = (request, response) =>
      errors++ < 2 ? response.writeHead(503).end() : serveFile(content)(request, response);
    expect(await fetchFrom(busy)).toBe(sha256);

    const missing: RequestListener = (_, response) => response.writeHead(404).end();
    await server?.close();
    await expect(fetchFrom(missing)).rejects.toThrow(/\/wheel answered 404 Not Found\./);
    expect(server?.requests).toHaveLength(1);
  });
});
