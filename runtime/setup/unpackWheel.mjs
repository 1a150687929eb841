import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';

/**
 * Unpacks some members of a wheel (a zip), streaming.
 * @param {string} wheel
 * @param {(member: string) => string | undefined} place a member's path in the folder; undefined leaves it out
 * @param {string} folder
 * @returns {Promise<number>} how many files were written
 */
export async function unpackWheel(wheel, place, folder) {
  const zip = await yauzl.openPromise(wheel);
  let written = 0;
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileName.endsWith('/') ? undefined : place(entry.fileName);
    if (path === undefined) continue;
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    // The upper half holds the Unix mode (`ptxas` must stay executable).
    const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file, { mode }));
    written++;
  }
  return written;
}
