// A real VS Code (workbench and Node extension host) served to a browser: what `npm start` opens where there is no desktop
// VS Code, and what the tests drive.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureCodeServer } from './setup/codeServer.mjs';

/** Quiet and offline; files are saved when the user saves, as on the desktop (the web's default is to save by itself). */
const baseSettings = {
  'chat.disableAIFeatures': true,
  'editor.inlayHints.enabled': 'on',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

const endingSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * @typedef {object} HostOptions
 * @property {string} [workspace] folder to open; the tests give a copy of theirs
 * @property {string} [open] file to open at start
 * @property {string} [extensionsDir] where installed extensions live; an empty one by default
 * @property {Record<string, unknown>} [userSettings] on top of the base settings
 * @property {NodeJS.ProcessEnv} [env] for the server and the extension host; undefined removes a variable
 * @property {boolean} [smoke] start with the smoke test driver (implied by `extension`)
 * @property {string} [extension] an extension's folder, loaded as one under development
 * @property {string} [tests] a module whose `run()` is called inside the extension host
 * @property {string} [dataDir] keeps state from start to start; without it everything is temporary, HOME included
 * @property {number} [timeoutMs] until it must listen
 *
 * @typedef {object} Host
 * @property {string} url opens the workbench (with the workspace, file and extension asked for)
 * @property {number} port on loopback
 * @property {string} dir the server's folder; removed by `stop` unless it is the caller's `dataDir`
 * @property {() => string} log what the server printed
 * @property {() => Promise<void>} stop ends the server and everything that it started
 * @property {Promise<void>} ended resolves when the server is gone
 */

/**
 * Starts VS Code's server on a free loopback port and waits until it listens.
 * @param {HostOptions} [options]
 * @returns {Promise<Host>}
 */
export async function startHost(options = {}) {
  const { node, serverMain } = await ensureCodeServer();
  const dir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'distaff-host-'));
  const extensionsDir = options.extensionsDir ?? join(dir, 'extensions');
  mkdirSync(extensionsDir, { recursive: true });
  writeSettings(dir, options.userSettings);
  const args = [serverMain, '--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  args.push('--accept-server-license-terms', '--telemetry-level', 'off', '--disable-workspace-trust');
  args.push('--server-data-dir', dir, '--extensions-dir', extensionsDir);
  if (options.smoke || options.extension) args.push('--enable-smoke-test-driver');
  const env = { ...hostEnvironment(dir, options.dataDir === undefined), ...options.env };

  // Its own process group, so that the extension host and what it starts end with it.
  const server = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  const ended = new Promise((resolve) => server.once('close', () => resolve(undefined)));
  const signal = (name) => {
    try {
      if (server.pid) process.kill(-server.pid, name);
    } catch {
      // Nothing of the group is left.
    }
  };
  const killAtExit = () => signal('SIGKILL');
  /** @type {Promise<void> | undefined} */
  let stopping;
  const stop = () => {
    stopping ??= (async () => {
      signal('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
      signal('SIGKILL');
      await ended;
      process.off('exit', killAtExit);
      for (const name of endingSignals) process.off(name, stopAtSignal);
      if (!options.dataDir) rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    })();
    return stopping;
  };
  // A signal would end this process without `exit`, and the server's group would outlive it. A second one cannot wait.
  const stopAtSignal = (name) => {
    if (stopping) signal('SIGKILL');
    else stop().then(() => process.kill(process.pid, name));
  };
  process.once('exit', killAtExit);
  for (const name of endingSignals) process.on(name, stopAtSignal);

  const timeoutMs = options.timeoutMs ?? 60_000;
  const port = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    const settle = (value) => {
      clearTimeout(timer);
      resolve(value);
    };
    const onData = (chunk) => {
      output += chunk;
      const listening = /Extension host agent listening on (\d+)/.exec(output);
      if (listening) settle(Number(listening[1]));
    };
    server.stdout.setEncoding('utf8').on('data', onData);
    server.stderr.setEncoding('utf8').on('data', onData);
    server.once('error', (error) => onData(`${error}\n`));
    ended.then(() => settle(undefined));
  });
  if (port === undefined) {
    const how =
      server.exitCode === null ? `did not listen within ${timeoutMs} ms` : `ended with code ${server.exitCode}`;
    await stop();
    throw new Error(`VS Code's server ${how}. It printed:\n${output}`);
  }
  return { url: pageUrl(port, options), port, dir, log: () => output, stop, ended };
}

/** Installs a .vsix into an extensions folder, offline, as a user's `code --install-extension` does. */
export async function installExtension(vsix, extensionsDir) {
  const { node, serverMain } = await ensureCodeServer();
  const dir = mkdtempSync(join(tmpdir(), 'distaff-install-'));
  const args = [serverMain, '--server-data-dir', dir, '--extensions-dir', extensionsDir, '--install-extension', vsix];
  const child = spawn(node, [...args, '--accept-server-license-terms'], { env: hostEnvironment(dir, true) });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  rmSync(dir, { recursive: true, force: true });
  if (code !== 0 || !output.includes('successfully installed')) {
    throw new Error(`VS Code did not install ${vsix} (exit code ${code}):\n${output}`);
  }
}

/** Settings of an earlier start win over the defaults: the user may have changed them. */
function writeSettings(dir, userSettings) {
  const file = join(dir, 'data/User/settings.json');
  mkdirSync(join(dir, 'data/User'), { recursive: true });
  let earlier = {};
  try {
    if (existsSync(file)) earlier = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return; // The user's file has comments: it is theirs now.
  }
  writeFileSync(file, JSON.stringify({ ...baseSettings, ...userSettings, ...earlier }, null, 2));
}

function hostEnvironment(dir, ownHome) {
  // Started from a terminal inside VS Code, the outer one's variables would reach the inner one.
  const outer = Object.entries(process.env).filter(([name]) => !name.startsWith('VSCODE_'));
  const env = { ...Object.fromEntries(outer), EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  if (!ownHome) return env;
  const own = { HOME: join(dir, 'home'), TMPDIR: join(dir, 'tmp'), XDG_RUNTIME_DIR: join(dir, 'tmp') };
  for (const folder of Object.values(own)) mkdirSync(folder, { recursive: true });
  // libtensorflow stays where the set-up has put it.
  return { ...env, ...own, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache') };
}

function pageUrl(port, /** @type {HostOptions} */ { workspace, open, extension, tests }) {
  const authority = `localhost:${port}`;
  const remote = (path) => `vscode-remote://${authority}${pathToFileURL(path).pathname}`;
  const payload = [['skipWelcome', 'true']];
  if (open) payload.push(['openFile', remote(open)]);
  if (extension) payload.push(['extensionDevelopmentPath', remote(extension)], ['enableProposedApi', '']);
  if (tests) payload.push(['extensionTestsPath', remote(tests)]);
  const url = new URL(`http://${authority}/`);
  if (workspace) url.searchParams.set('folder', workspace);
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}
