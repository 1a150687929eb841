// Runs smoke.mjs on the Node that runs this and on Node 22 and 24; ends with `N passed, N failed`.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureCodeServer, hostNodes } from '../../scripts/setup/codeServer.mjs';

const smoke = fileURLToPath(new URL('smoke.mjs', import.meta.url));

/** What smoke.mjs prints, as counts. A Node that cannot even start it fails once. */
async function runOn(node) {
  const child = spawn(node, [smoke], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  const code = await new Promise((resolve) => {
    child.once('error', resolve).once('close', resolve);
  });
  const count = (word) => output.match(new RegExp(`^${word} `, 'gm'))?.length ?? 0;
  const [passed, failed] = [count('ok'), count('FAIL')];
  return code === 0 && passed > 0 ? { passed, failed } : { passed, failed: Math.max(failed, 1) };
}

await ensureCodeServer();
const total = { passed: 0, failed: 0 };
for (const node of [process.execPath, hostNodes.node22, hostNodes.node24]) {
  const { passed, failed } = await runOn(node);
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
