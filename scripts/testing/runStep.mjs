import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs a command, shows its lines with the step's name before each, and ends it with everything it has started when it
 * takes too long.
 * @param {object} step
 * @param {string} step.name
 * @param {[string, ...string[]]} step.command
 * @param {number} step.minutes
 * @param {string} step.cwd
 * @returns {Promise<import('./counts.mjs').Outcome & { seconds: number }>}
 */
export async function runStep({ name, command: [command, ...args], minutes, cwd }) {
  const started = performance.now();
  const show = (line) => console.log(`${name} │ ${line}`);
  show(`$ ${[command, ...args].join(' ')}`);
  // Its own process group, so that nothing of it outlives the step.
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const signalGroup = (signal) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  };
  const endGroup = () => signalGroup('SIGTERM');
  process.once('exit', endGroup);
  let output = '';
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      output += `${line}\n`;
      show(line);
    });
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    show(`ended: it took more than ${minutes} minutes`);
    // First the chance to end what it has started itself.
    signalGroup('SIGTERM');
    setTimeout(() => signalGroup('SIGKILL'), 5_000).unref();
  }, minutes * 60_000);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      show(error.message);
      resolve(null);
    });
    // A left-over grandchild may hold the pipes open: the step is over when its own process is.
    child.once('exit', (exitCode) => setTimeout(() => resolve(exitCode), 200));
  });
  clearTimeout(timer);
  signalGroup('SIGKILL');
  process.off('exit', endGroup);
  return { code: late ? undefined : code, output, seconds: (performance.now() - started) / 1000 };
}
