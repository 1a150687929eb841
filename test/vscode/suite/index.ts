import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from '../mochaRun';

/** In the order in which they run: nothing may have used Distaff before the first. */
const FILES = ['activation', 'hints', 'problems', 'settings', 'showShapes', 'restart'];

/** What VS Code calls inside the extension host (`extensionTestsPath`), in the browser's host and on the desktop alike. */
export const run = async (): Promise<void> => {
  const results = await runFiles(
    FILES.map((file) => join(__dirname, `${file}.test.cjs`)),
    40_000,
  );
  // VS Code's exit code alone does not tell a passed run from a dead extension host.
  const file = process.env.DISTAFF_SUITE_RESULTS;
  if (file) writeFileSync(file, JSON.stringify(results));
  const failed = results.filter(({ error }) => error !== undefined).length;
  if (failed > 0) throw new Error(`${failed} tests failed`);
};
