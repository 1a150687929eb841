// `npm run test:desktop`: the same suite in a desktop VS Code, downloaded, or the one whose executable VSCODE_PATH names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { buildBundles } from '../../scripts/build.mjs';
import { buildTests, dist } from './build.mjs';
import { readResults, report } from './results.mjs';
import { copyOf } from './workspace.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
await buildBundles();
await buildTests();

const dir = mkdtempSync(join(tmpdir(), 'distaff-desktop-'));
const resultsFile = join(dir, 'results.json');
const workspace = copyOf(join(root, 'test/vscode/fixtures'));
let results;
try {
  await runTests({
    vscodeExecutablePath: process.env.VSCODE_PATH || undefined,
    extensionDevelopmentPath: root,
    extensionTestsPath: join(dist, 'suite/index.cjs'),
    extensionTestsEnv: { DISTAFF_SUITE_RESULTS: resultsFile },
    launchArgs: [
      workspace.path,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--skip-welcome',
      '--user-data-dir',
      join(dir, 'user'),
      '--extensions-dir',
      join(dir, 'extensions'),
    ],
  });
  results = readResults(resultsFile);
} catch (error) {
  // A failed test ends VS Code with an error, too: its results say more.
  results = readResults(resultsFile);
  if (results.every((result) => !result.error)) {
    results.push({ title: 'the desktop VS Code', ms: 0, error: String(error?.stack ?? error) });
  }
} finally {
  workspace.remove();
  rmSync(dir, { recursive: true, force: true });
}
process.exit(report(results));
