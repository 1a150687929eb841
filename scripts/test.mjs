// `npm test [-- step…]`: sets up, runs every check and suite, and ends with one line: `N passed, N failed`.
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asOne, countStep, fromClosingLine, fromVitestReport } from './testing/counts.mjs';
import { runStep } from './testing/runStep.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = `${root}test-results/vitest.json`;
const pythonReport = `${root}test-results/python.json`;
const vitest = ['npx', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];

/** @type {{ name: string, command: [string, ...string[]], minutes: number, count: Parameters<typeof countStep>[1] }[]} */
const steps = [
  { name: 'setup', command: ['node', 'scripts/setup.mjs'], minutes: 15, count: asOne },
  { name: 'types', command: ['npx', 'tsc', '-b'], minutes: 3, count: asOne },
  {
    name: 'lint',
    command: ['npx', 'biome', 'ci', '--colors=off', '--error-on-warnings', '.'],
    minutes: 2,
    count: asOne,
  },
  {
    name: 'vitest',
    command: /** @type {[string, ...string[]]} */ (vitest),
    minutes: 15,
    count: fromVitestReport(report),
  },
  { name: 'python', command: ['npm', 'run', 'parity:python'], minutes: 10, count: fromVitestReport(pythonReport) },
  { name: 'nodes', command: ['node', 'test/nodes/run.mjs'], minutes: 5, count: fromClosingLine },
  { name: 'conformance', command: ['npm', 'run', 'test:conformance'], minutes: 5, count: fromClosingLine },
  { name: 'conformance:jit', command: ['npm', 'run', 'test:conformance:jit'], minutes: 5, count: fromClosingLine },
  { name: 'conformance:vmap', command: ['npm', 'run', 'test:conformance:vmap'], minutes: 5, count: fromClosingLine },
  { name: 'examples', command: ['node', 'test/examples/run.mjs'], minutes: 15, count: fromClosingLine },
  { name: 'start', command: ['node', 'test/start/run.mjs'], minutes: 5, count: fromClosingLine },
  { name: 'vscode', command: ['npm', 'run', 'test:vscode'], minutes: 10, count: fromClosingLine },
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}. Steps: ${steps.map((step) => step.name).join(', ')}.`);
  process.exit(2);
}
// Ctrl+C ends the step that runs, too: it is in a process group of its own.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

for (const file of [report, pythonReport]) rmSync(file, { force: true });
mkdirSync(`${root}test-results`, { recursive: true });
const total = { passed: 0, failed: 0 };
const summary = [];
for (const step of steps) {
  if (asked.length > 0 && !asked.includes(step.name)) continue;
  const outcome = await runStep({ ...step, cwd: root });
  const counts = countStep(outcome, step.count);
  total.passed += counts.passed;
  total.failed += counts.failed;
  const how = counts.failed > 0 ? 'FAILED' : 'ok';
  const seconds = `${outcome.seconds.toFixed(1)} s`.padStart(8);
  summary.push(`${step.name.padEnd(20)} ${how.padEnd(6)} ${seconds}  passed ${counts.passed}  failed ${counts.failed}`);
}
console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
