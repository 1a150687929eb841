import Mocha from 'mocha';

export interface TestResult {
  readonly title: string;
  readonly ms: number;
  /** The failure, where there is one. */
  readonly error?: string;
}

/** Whoever started the run prints its results. */
class Quiet extends Mocha.reporters.Base {}

/** Runs test files in the given order; gives each test's result. */
export const runFiles = async (files: readonly string[], timeout: number): Promise<TestResult[]> => {
  const mocha = new Mocha({ ui: 'bdd', timeout, reporter: Quiet });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const results: TestResult[] = [];
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    const seen = (test: Mocha.Test) => ({ title: test.titlePath().join(' › '), ms: test.duration ?? 0 });
    runner.on('pass', (test) => results.push(seen(test)));
    runner.on('fail', (test, error) => results.push({ ...seen(test), error: String(error?.stack ?? error) }));
  });
  return results;
};
