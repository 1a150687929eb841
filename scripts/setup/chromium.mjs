import { existsSync } from 'node:fs';
import { aptInstall } from '../../runtime/setup/apt.mjs';
import { findOnPath } from '../../runtime/setup/findOnPath.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const macApps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const findChromium = () => names.map(findOnPath).find((path) => path) ?? macApps.find((path) => existsSync(path));

/**
 * The path of a Chromium or Chrome; installs one with apt when there is none and apt may.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<string>}
 */
export async function ensureChromium({ log = console.log } = {}) {
  const found = findChromium();
  if (found) return found;
  await aptInstall('chromium', { what: 'Chromium, which the tests drive VS Code in', log });
  const installed = findChromium();
  if (!installed) throw new Error('apt-get installed chromium, yet there is no `chromium` on PATH.');
  return installed;
}
