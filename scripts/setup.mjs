// `npm run setup`: brings a clone to where everything runs. Does only what is missing, so a second call is quick.
import { fileURLToPath } from 'node:url';
import { withLock } from '../runtime/setup/lock.mjs';
import { ensureBuilt } from './setup/built.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const log = (line) => console.log(`setup: ${line}`);

/** The npm packages and the build: enough for shapes in the editor. */
export const setUpEditor = () =>
  alone(async () => {
    await ensureDependencies({ root, log });
    await ensureBuilt({ root, log });
  });

/** libtensorflow and the native addon, for running models; after `setUpEditor`, whose packages it uses. */
export const setUpModels = () =>
  alone(async () => {
    const { setUpNative } = await import('../runtime/setup/native.mjs');
    await setUpNative({ log });
  });

const alone = (body) => withLock(root, body, { onWait: () => log('Waiting for another set-up of this folder') });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  try {
    await setUpEditor();
    await setUpModels();
    log(`Everything is in place (${((performance.now() - started) / 1000).toFixed(1)} s).`);
  } catch (error) {
    console.error(`setup: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
