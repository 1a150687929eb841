// `npm run parity:python`: what TypeScript writes is read by Flax itself, and the other way round.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setUpEditor, setUpModels } from '../../scripts/setup.mjs';
import { ensureFlax } from './venv.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = `${root}node_modules/vitest/vitest.mjs`;
const report = `${root}test-results/python.json`;

try {
  await setUpEditor();
  await setUpModels();
  const { python, legacyRoot } = await ensureFlax({ log: (line) => console.log(line) });
  const args = ['run', '--config', 'test/python/vitest.config.mts', '--reporter=default', '--reporter=json'];
  const child = spawn(process.execPath, [vitest, ...args, `--outputFile.json=${report}`], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, FLAX_PYTHON: python, FLAX_LEGACY: legacyRoot },
  });
  process.exitCode = await new Promise((resolve) => child.once('error', () => resolve(1)).once('exit', resolve));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
