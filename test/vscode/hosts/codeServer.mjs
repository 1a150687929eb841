// Runs the suite inside VS Code's server, as a browser's user would start it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { ensureChromium } from '../../../scripts/setup/chromium.mjs';
import { startHost } from '../../../scripts/vscodeHost.mjs';
import { readResults } from '../results.mjs';

const TIME_LIMIT = 180_000;

/** What code-server always says, and what it says of the two native modules that the set-up leaves out. */
const NOISE =
  /spdlog|watchdog|AgentHost|AccountPolicyGate|Service ?Worker|grace.time|Creating a socket|connection token|gallery/i;

/**
 * Runs the suite in a fresh host. Prints what VS Code logged when something failed.
 * @param {{ extension: string, tests: string, workspace: string, screenshots: string }} options
 * @returns {Promise<import('../results.mjs').TestResult[]>}
 */
export const runInCodeServer = async ({ extension, tests, workspace, screenshots }) => {
  const dir = mkdtempSync(join(tmpdir(), 'distaff-suite-'));
  const resultsFile = join(dir, 'results.json');
  const executablePath = await ensureChromium();
  const host = await startHost({ extension, tests, workspace, env: { DISTAFF_SUITE_RESULTS: resultsFile } });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const lines = [];
    const exited = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', (type, args) => lines.push(`[${type}] ${format(...args)}`));
    const timer = setTimeout(() => page.close(), TIME_LIMIT);
    const closed = new Promise((resolve) => page.once('close', () => resolve('timeout')));
    await page.goto(host.url);
    const code = await Promise.race([exited, closed]);
    clearTimeout(timer);
    const results = readResults(resultsFile);
    const failed = code !== 0 || results.some(({ error }) => error);
    if (failed) {
      if (!page.isClosed()) await page.screenshot({ path: join(screenshots, 'suite-failed.png') });
      console.log(lines.filter((line) => !NOISE.test(line)).join('\n'));
    }
    if (code === 'timeout') results.push({ title: 'the suite', ms: TIME_LIMIT, error: `Not done in ${TIME_LIMIT} ms` });
    return results;
  } finally {
    await browser.close();
    await host.stop();
    rmSync(dir, { recursive: true, force: true });
  }
};
