import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { download, HashError, verify } from './download.mjs';
import { configuredIndex, findInIndex } from './packageIndex.mjs';
import { findPip, pipDownload, pipIndex } from './pip.mjs';
import { createProgress } from './progress.mjs';

/**
 * Brings a pinned wheel to `file`, unless it is there: directly from the package index, which can be continued after a
 * cut; where that fails, through pip, which knows the user's proxy, certificates and passwords.
 * @param {{ file: string, sha256: string }} wheel
 * @param {string} file
 * @param {{ log: (line: string) => void }} options
 */
export async function fetchWheel({ file: name, sha256 }, file, { log }) {
  if (existsSync(file)) return verify(file, sha256, file);
  const pip = await findPip();
  const index = configuredIndex() ?? (pip && (await pipIndex(pip)));
  if (!index && !pip) {
    throw new Error(
      'No Python package index is known to fetch libtensorflow from. Install pip, or set PIP_INDEX_URL to an index, or set ' +
        'DISTAFF_TENSORFLOW to a folder that holds libtensorflow.',
    );
  }
  if (index && !(pip && behindProxy())) {
    try {
      log(`Fetching ${name}`);
      const url = await findInIndex(index, name);
      const onProgress = createProgress(name.slice(0, name.indexOf('-')), process.stderr);
      return await download({ url, file, sha256, onProgress });
    } catch (error) {
      if (error instanceof HashError || !pip) throw error;
      log(`${error instanceof Error ? error.message : error} Trying pip.`);
    }
  }
  if (pip) await fetchWithPip(pip, { name, sha256, file });
}

async function fetchWithPip(pip, { name, sha256, file }) {
  const folder = `${file}.pip`;
  try {
    await pipDownload(pip, name, folder);
    const found = readdirSync(folder).join(', ');
    if (found !== name) throw new Error(`pip fetched ${found || 'nothing'} instead of ${name}.`);
    await verify(join(folder, name), sha256, join(folder, name));
    renameSync(join(folder, name), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Node's own client does not go through proxies. */
const behindProxy = () =>
  ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'PIP_PROXY'].some((name) => process.env[name]);
