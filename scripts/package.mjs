// Makes the extension that installs offline: `npm run package`.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import { buildBundles } from './build.mjs';
import { bundledPackages, copyNativePackages, readPackage } from './package/modules.mjs';
import { thirdPartyNotices } from './package/notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const stage = join(root, '.cache/vsix');

const AS_THEY_ARE = ['.vscodeignore', 'CHANGELOG.md', 'LICENSE', 'docs/icon.png', 'syntaxes'];

const NOT_RUN = /\.map$|\.LEGAL\.txt$/;

/** A build that runs at the same time empties the folders that are copied. */
const expectAll = (metafiles) => {
  const built = metafiles
    .flatMap(({ outputs }) => Object.keys(outputs))
    .filter((path) => /^(client|runtime)\/dist\//.test(path));
  const missing = built.filter((path) => !NOT_RUN.test(path) && !existsSync(join(stage, path)));
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')} vanished. Does another build run? Package again after it.`);
};

/** The manifest without what only the repository needs. */
const published = ({ scripts, workspaces, devDependencies, private: _, ...manifest }) => manifest;

/** The extension's page cannot show pictures of this folder. */
const withoutPictures = (markdown) => markdown.replaceAll(/^!\[.*\]\((?!https:).*\)\n+/gm, '');

/**
 * Builds everything and packages it for one platform.
 * @returns {Promise<string>} the .vsix file
 */
export const packageExtension = async (target = 'linux-x64') => {
  const bundles = await buildBundles();
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(join(stage, 'runtime'), { recursive: true });
  const write = (file, text) => writeFileSync(join(stage, file), text);
  const copy = (path, filter) => cpSync(join(root, path), join(stage, path), { recursive: true, filter });

  const manifest = readPackage(root);
  const { name, version, type, license } = readPackage(join(root, 'runtime'));
  write('package.json', JSON.stringify(published(manifest), null, 2));
  write('runtime/package.json', JSON.stringify({ name, version, license, type }, null, 2));
  write('README.md', withoutPictures(readFileSync(join(root, 'README.md'), 'utf8')));
  for (const path of AS_THEY_ARE) copy(path);
  for (const path of ['client/dist', 'runtime/dist']) copy(path, (file) => !NOT_RUN.test(file));
  const metafiles = bundles.map(({ metafile }) => metafile);
  expectAll(metafiles);
  const beside = copyNativePackages(root, metafiles, target, join(stage, 'runtime/node_modules'));
  write('ThirdPartyNotices.txt', thirdPartyNotices([...bundledPackages(root, metafiles), ...beside]));

  const file = join(root, `distaff-${manifest.version}-${target}.vsix`);
  await createVSIX({
    cwd: stage,
    packagePath: file,
    target,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return file;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = await packageExtension();
  console.log(`${file} (${(statSync(file).size / 1e6).toFixed(1)} MB)`);
}
