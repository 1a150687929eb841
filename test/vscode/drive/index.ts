import { fileURLToPath } from 'node:url';
import { runFiles, type TestResult } from '../mochaRun';

/** Runs the tests in which a user works with the installed extension. */
export const run = (): Promise<TestResult[]> =>
  runFiles([fileURLToPath(new URL('model.test.mjs', import.meta.url))], 60_000);
