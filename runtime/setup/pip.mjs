import { run } from './run.mjs';

const commands = [['pip'], ['pip3'], ['python3', '-m', 'pip']];

/** The words that start pip on this machine, or undefined. */
export async function findPip() {
  for (const [command = '', ...args] of commands) {
    const works = await run(command, [...args, '--version']).then(
      () => true,
      () => false,
    );
    if (works) return [command, ...args];
  }
  return undefined;
}

/**
 * The index that pip asks (its own default or what the user's configuration says), read from its help; undefined when it
 * is not an index on the web or needs a password, which pip does not show.
 * @param {string[]} pip
 * @returns {Promise<string | undefined>}
 */
export async function pipIndex([command = '', ...args]) {
  const help = await run(command, [...args, 'download', '--help'], { env: { ...process.env, COLUMNS: '1000' } });
  const [, url = ''] = /--index-url <url>[^\n]*?\(default (https?:[^\s)]+)\)/.exec(help) ?? [];
  return url && !url.includes('****') ? url : undefined;
}

/**
 * Lets pip fetch a wheel into a folder: it knows the user's index, proxy, certificates and passwords.
 * @param {string[]} pip
 * @param {string} file the wheel's file name
 * @param {string} folder
 */
export async function pipDownload([command = '', ...args], file, folder) {
  const { project, version, python, platforms } = parseWheelName(file);
  const target = platforms.flatMap((platform) => ['--platform', platform]);
  const what = ['--no-deps', '--only-binary=:all:', ...python, ...target, '--dest', folder, `${project}==${version}`];
  await run(command, [...args, 'download', '--no-cache-dir', ...what], { live: true });
}

function parseWheelName(file) {
  const [project, version, python = '', , platform = ''] = file.replace(/\.whl$/, '').split('-');
  const cpython = /^cp(\d)(\d+)$/.exec(python);
  return {
    project,
    version,
    python: cpython ? ['--python-version', `${cpython[1]}.${cpython[2]}`] : [],
    platforms: platform.split('.'),
  };
}
