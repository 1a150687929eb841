import { existsSync, readFileSync } from 'node:fs';

/**
 * How many tests of a step passed and failed.
 * @typedef {{ passed: number, failed: number }} Counts
 *
 * What is known of a step that has ended; code: undefined when it was ended for taking too long.
 * @typedef {{ code: number | null | undefined, output: string }} Outcome
 */

/** A step that is one test itself. */
export const asOne = () => /** @type {Counts} */ ({ passed: 1, failed: 0 });

/** The step's last line that says `N passed, N failed`. */
export function fromClosingLine(/** @type {Outcome} */ { output }) {
  const [, passed, failed] = [...output.matchAll(/^\s*(\d+) passed, (\d+) failed\s*$/gm)].at(-1) ?? [];
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) };
}

/** Vitest's JSON report; a file that cannot even be loaded has no tests and is one failure. */
export const fromVitestReport = (file) => () => {
  if (!existsSync(file)) return undefined;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const unloadable = report.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloadable.length };
};

/**
 * The counts of a step in which a failure cannot hide: a step that ends badly, or says nothing, has at least one.
 * @param {Outcome} outcome
 * @param {(outcome: Outcome) => Counts | undefined} count
 * @returns {Counts}
 */
export function countStep(outcome, count) {
  if (count === asOne) return outcome.code === 0 ? asOne() : { passed: 0, failed: 1 };
  const counts = count(outcome) ?? { passed: 0, failed: 0 };
  const isSilent = counts.passed + counts.failed === 0;
  return outcome.code === 0 && !isSilent ? counts : { ...counts, failed: Math.max(counts.failed, 1) };
}
