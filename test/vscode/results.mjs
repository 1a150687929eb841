import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ title: string, ms: number, error?: string }} TestResult */

/**
 * What `run()` wrote inside the extension host. VS Code also ends well when its extension host has died, so a missing or
 * empty file is a failure.
 * @param {string} file
 * @returns {TestResult[]}
 */
export const readResults = (file) => {
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  if (results.length > 0) return results;
  return [{ title: 'the suite', ms: 0, error: 'No test reported: the extension host ended before run() did.' }];
};

/**
 * Prints a line a test and, last, the counts; gives the exit code.
 * @param {TestResult[]} results
 */
export const report = (results) => {
  for (const { title, ms, error } of results) {
    console.log(`${error ? '✗' : '✓'} ${title} (${ms} ms)`);
    if (error) console.log(error.replaceAll(/^/gm, '    '));
  }
  const failed = results.filter(({ error }) => error).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 && results.length > 0 ? 0 : 1;
};
