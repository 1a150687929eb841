import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** In the order in which they run: nothing may have used Distaff before the first. */
const FILES = ['activation', 'hints', 'problems', 'settings', 'showShapes', 'restart'];

/** The host that started VS Code prints the results. */
class Quiet extends Mocha.reporters.Base {}

export interface SuiteResult {
  readonly title: string;
  readonly ms: number;
  /** The failure, where there is one. */
  readonly error?: string;
}

/** What VS Code calls inside the extension host (`extensionTestsPath`), in the browser's host and on the desktop alike. */
export const run = (): Promise<void> => {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 30_000, reporter: Quiet });
  for (const file of FILES) mocha.addFile(join(__dirname, `${file}.test.cjs`));
  const results: SuiteResult[] = [];
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      // VS Code's exit code alone does not tell a passed run from a dead extension host.
      const file = process.env.DISTAFF_SUITE_RESULTS;
      if (file) writeFileSync(file, JSON.stringify(results));
      if (failures > 0) reject(new Error(`${failures} tests failed`));
      else resolve();
    });
    const title = (test: Mocha.Test): string => test.titlePath().join(' › ');
    runner.on('pass', (test) => results.push({ title: title(test), ms: test.duration ?? 0 }));
    runner.on('fail', (test, error) =>
      results.push({ title: title(test), ms: test.duration ?? 0, error: String(error?.stack ?? error) }),
    );
  });
};
