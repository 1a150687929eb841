// `npm start`: sets up, then opens VS Code on examples/ with the extension loaded. `npm start -- --browser` uses the VS Code
// for the browser though there is another, `--data DIR` keeps its settings elsewhere than in .cache/start.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findOnPath } from '../runtime/setup/findOnPath.mjs';
import { run } from '../runtime/setup/run.mjs';
import { setUpEditor, setUpModels } from './setup.mjs';
import { startHost } from './vscodeHost.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: asked } = parseArgs({ options: { browser: { type: 'boolean' }, data: { type: 'string' } } });
const dataDir = resolve(asked.data ?? join(root, '.cache/start'));
const workspace = join(root, 'examples');
const open = join(workspace, 'mnist.ts');

await setUpEditor().catch((error) => {
  console.error(`setup: ${error.message}`);
  process.exit(1);
});
await setUpModels().catch((error) => {
  console.error(`setup: ${error.message}\nsetup: Models cannot run until that is put right. Shapes work without it.`);
});

const code = asked.browser ? undefined : findOnPath('code');
if (code) {
  await run(code, ['--new-window', `--extensionDevelopmentPath=${root}`, workspace, open], { live: true });
} else {
  const host = await startHost({
    workspace,
    open,
    dataDir,
    extensionsDir: linkExtension(),
    userSettings: { 'git.enabled': true, 'git.openRepositoryInParentFolders': 'always' },
    // The tests' host is offline; here extensions may be looked up.
    env: { EXTENSIONS_GALLERY: undefined },
  });
  console.log(`\nVS Code with Distaff: ${host.url}\n\nCtrl+C ends it.`);
  openInBrowser(host.url);
  await host.ended;
}

/** The folder of installed extensions, with a link to this repository in it: a rebuild needs only a reload of the window. */
function linkExtension() {
  const folder = join(dataDir, 'extensions');
  const { publisher, name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const link = join(folder, `${publisher}.${name}`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(link)) symlinkSync(root, link, 'dir');
  // VS Code reads the manifest again when its list of extensions has changed.
  const list = join(folder, 'extensions.json');
  if (existsSync(list)) utimesSync(list, new Date(), new Date());
  return folder;
}

function openInBrowser(url) {
  const hasDisplay = process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const opener = hasDisplay && findOnPath(process.platform === 'darwin' ? 'open' : 'xdg-open');
  if (opener)
    spawn(opener, [url], { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref();
}
