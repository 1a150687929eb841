// `npm run test:vscode`: the suite inside a real VS Code, then a user with the packaged extension. Ends with one line:
// `N passed, N failed`. With `-- suite` or `-- drive` only one of them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageExtension } from '../../scripts/package.mjs';
import { buildTests, dist } from './build.mjs';
import { runInCodeServer } from './hosts/codeServer.mjs';
import { report } from './results.mjs';
import { copyOf } from './workspace.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const screenshots = join(root, 'test-results/vscode');
mkdirSync(screenshots, { recursive: true });

/** A part that cannot even start is one failed test. */
const part = async (title, run) => {
  console.log(`${title} …`);
  const started = performance.now();
  try {
    const results = await run();
    console.log(`${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return results;
  } catch (error) {
    return [{ title, ms: Math.round(performance.now() - started), error: String(error?.stack ?? error) }];
  }
};

const inWorkspace = async (folder, run) => {
  const workspace = copyOf(join(root, folder));
  try {
    return await run(workspace.path);
  } finally {
    workspace.remove();
  }
};

const results = await part('packaging', async () => {
  await buildTests();
  process.env.DISTAFF_VSIX = await packageExtension();
  return [];
});

const suite = () =>
  inWorkspace('test/vscode/fixtures', (workspace) =>
    runInCodeServer({ extension: root, tests: join(dist, 'suite/index.cjs'), workspace, screenshots }),
  );
const drive = () =>
  inWorkspace('examples', async (workspace) => {
    process.env.DISTAFF_WORKSPACE = workspace;
    process.env.DISTAFF_SCREENSHOTS = screenshots;
    const { run } = await import(join(dist, 'index.mjs'));
    return run();
  });

const asked = process.argv[2];
if (results.length === 0 && asked !== 'drive') results.push(...(await part('the suite inside VS Code', suite)));
if (results.every(({ title }) => title !== 'packaging') && asked !== 'suite') {
  results.push(...(await part('a user with the extension', drive)));
}
process.exit(report(results));
