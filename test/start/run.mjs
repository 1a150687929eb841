// `npm start` as a user meets it where there is no desktop VS Code; ends with `N passed, N failed`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ensureChromium } from '../../scripts/setup/chromium.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'distaff-start-'));
const executablePath = await ensureChromium();

const start = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--browser', '--data', data], {
  // No browser but the test's.
  env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(start, 'exit');
const address = new Promise((resolve, reject) => {
  createInterface({ input: start.stdout }).on('line', (line) => {
    console.log(line);
    const url = /^VS Code with Distaff: (http:\S+)$/.exec(line)?.[1];
    if (url) resolve(url);
  });
  ended.then(([code]) => reject(new Error(`npm start ended with code ${code} before it printed an address`)));
});
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

const checks = {
  async 'npm start opens the example, and its shapes stand beside the code'() {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(await address);
    try {
      await page.locator('.tab.active', { hasText: 'mnist.ts' }).waitFor({ timeout: 60_000 });
      await page
        .locator('.view-line', { hasText: /h:\sf32\[B,\s512\]/ })
        .first()
        .waitFor({ timeout: 60_000 });
    } finally {
      mkdirSync(join(root, 'test-results'), { recursive: true });
      await page.screenshot({ path: join(root, 'test-results/start.png') });
    }
  },

  async 'Ctrl+C ends npm start and its server'() {
    const { origin } = new URL(await address);
    assert.equal((await fetch(origin)).status, 200);
    start.kill('SIGINT');
    const late = new Promise((_, reject) =>
      setTimeout(() => reject(new Error('still there after 15 s')), 15_000).unref(),
    );
    await Promise.race([ended, late]);
    await assert.rejects(fetch(origin), 'the server still answers');
  },
};

const counts = { passed: 0, failed: 0 };
try {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      counts.passed++;
      console.log(`ok   ${name}`);
    } catch (error) {
      counts.failed++;
      console.log(`FAIL ${name}\n     ${String(error.stack).replaceAll('\n', '\n     ')}`);
    }
  }
} finally {
  await browser.close();
  start.kill('SIGTERM');
  rmSync(data, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);
