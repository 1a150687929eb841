import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Runs `body` while no other process runs one under the same name on this machine; waits for its turn.
 * @template T
 * @param {string} name e.g. the folder that is written to
 * @param {() => Promise<T>} body
 * @param {{ onWait?: () => void }} [options] called once when it has to wait
 * @returns {Promise<T>}
 */
export async function withLock(name, body, { onWait = () => {} } = {}) {
  // Only Linux has such sockets, and only for Linux is there a libtensorflow to fetch.
  if (process.platform !== 'linux') return body();
  let lock = await tryLock(name);
  if (!lock) onWait();
  while (!lock) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    lock = await tryLock(name);
  }
  try {
    return await body();
  } finally {
    lock.close();
  }
}

/** An abstract socket's name is taken by one process at a time, and the kernel frees it even when that one is killed. */
function tryLock(name) {
  const path = `\0distaff-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy()).unref();
    server.once('error', (error) =>
      'code' in error && error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ path }, () => resolve(server));
  });
}
