import { spawn } from 'node:child_process';

/**
 * Runs a command without a shell; resolves with what it printed, rejects with it when the command fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, live?: boolean }} [options] live: it prints to our terminal itself
 * @returns {Promise<string>}
 */
export async function run(command, args, { live = false, ...options } = {}) {
  const child = spawn(command, args, {
    ...options,
    stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0)
    throw new Error(`\`${[command, ...args].join(' ')}\` failed with exit code ${code}.\n${output}`.trim());
  return output;
}
