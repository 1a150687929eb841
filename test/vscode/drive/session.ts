import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { ensureChromium } from '../../../scripts/setup/chromium.mjs';
import { installExtension, startHost } from '../../../scripts/vscodeHost.mjs';
import { Workbench } from './workbench';

/** A VS Code with nothing but our extension, installed from its .vsix, and a browser window on it. */
export interface Session {
  readonly workbench: Workbench;
  /** Saves what the user sees now. */
  screenshot(name: string): Promise<void>;
  end(): Promise<void>;
}

export interface SessionOptions {
  readonly vsix: string;
  /** A folder that the test may change. */
  readonly workspace: string;
  /** Where the screenshots go. */
  readonly screenshots: string;
}

export const startSession = async ({ vsix, workspace, screenshots }: SessionOptions): Promise<Session> => {
  mkdirSync(screenshots, { recursive: true });
  const extensionsDir = mkdtempSync(join(tmpdir(), 'distaff-extensions-'));
  await installExtension(vsix, extensionsDir);
  const host = await startHost({ workspace, extensionsDir });
  let browser: Browser | undefined;
  const end = async (): Promise<void> => {
    await browser?.close();
    await host.stop();
    rmSync(extensionsDir, { recursive: true, force: true });
  };
  try {
    const executablePath = await ensureChromium();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
    await page.goto(host.url);
    await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    return {
      workbench: new Workbench(page, workspace),
      screenshot: async (name) => {
        await page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
};
