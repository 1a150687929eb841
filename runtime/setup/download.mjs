import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { get, withoutCredentials } from './http.mjs';

/** What came is not what the pin says; another attempt will not help. */
export class HashError extends Error {}

class RefusedError extends Error {}

/**
 * Fetches a URL to `file`: what an earlier, interrupted call has fetched (`file.part`) is kept and continued, a connection
 * that breaks is taken up again, and `file` appears only once it is whole and its hash is right.
 * @param {object} options
 * @param {string} options.url
 * @param {string} options.file
 * @param {string} options.sha256 in hexadecimal
 * @param {(received: number, total: number | undefined) => void} [options.onProgress] in bytes
 * @param {number} [options.attempts] in a row that may bring nothing before it gives up
 * @param {number} [options.retryMs] wait before the next attempt
 * @throws {HashError} the file is not the pinned one; what was fetched is deleted
 */
export async function download({ url, file, sha256, onProgress = () => {}, attempts = 3, retryMs = 1000 }) {
  const part = `${file}.part`;
  for (let failures = 0; ; ) {
    const before = await sizeOf(part);
    try {
      await fetchRest(url, part, before, onProgress);
      break;
    } catch (error) {
      failures = (await sizeOf(part)) > before ? 1 : failures + 1;
      if (error instanceof RefusedError || failures >= attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  await verify(part, sha256, withoutCredentials(url));
  await rename(part, file);
}

/**
 * Deletes a file that does not have this hash.
 * @param {string} file
 * @param {string} sha256 in hexadecimal
 * @param {string} origin where it came from, for the message
 * @throws {HashError}
 */
export async function verify(file, sha256, origin) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  const actual = hash.digest('hex');
  if (actual === sha256) return;
  await rm(file, { force: true });
  throw new HashError(
    `${origin} has the SHA-256 ${actual}, not the pinned ${sha256}. It is deleted. ` +
      'Run the set-up again; if this stays, the package index serves another file under this name.',
  );
}

async function fetchRest(url, part, offset, onProgress) {
  const { response } = await get(url, offset > 0 ? { range: `bytes=${offset}-` } : {});
  const { statusCode = 0, headers } = response;
  const resumed = statusCode === 206 && headers['content-range']?.startsWith(`bytes ${offset}-`);
  if (!resumed && statusCode !== 200) {
    response.resume();
    if (statusCode === 416) {
      // Nothing is left to fetch, or the part is longer than the file and we start afresh.
      if (headers['content-range'] === `bytes */${offset}`) return;
      await rm(part);
    }
    const Reason = statusCode === 416 || statusCode >= 500 ? Error : RefusedError;
    throw new Reason(`${withoutCredentials(url)} answered ${statusCode} ${response.statusMessage}.`);
  }
  let received = resumed ? offset : 0;
  const total = headers['content-length'] === undefined ? undefined : received + Number(headers['content-length']);
  onProgress(received, total);
  const counted = async function* (/** @type {AsyncIterable<Buffer>} */ chunks) {
    for await (const chunk of chunks) {
      received += chunk.length;
      yield chunk;
      onProgress(received, total);
    }
  };
  await pipeline(response, counted, createWriteStream(part, { flags: resumed ? 'a' : 'w' }));
}

async function sizeOf(file) {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
