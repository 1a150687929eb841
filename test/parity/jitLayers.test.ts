/** Every recorded layer inside jit: its output and its gradients, compiled either way, are those that Flax recorded. */
import { describe, expect, test } from 'vitest';
import { grad, jit, type nn } from '../../runtime/src/index';
import { FAMILIES, GRADIENTS, lossOf, moduleOf, OUTPUTS, optionsOf, recordingsOf } from './layerCases';
import { expectTreeClose, toTensors } from './trees';

const { dense, conv, norm, batchNorm } = FAMILIES;
/** Cells are in test/unit/jit/lax.test.ts. */
const layers = recordingsOf('part1', [...dense, ...conv, ...norm, ...batchNorm]);

describe.each(['graph', 'xla'] as const)('compiled with %s:', (compiler) => {
  test.each(layers)('%s', (_, recording) => {
    const module = moduleOf(recording.module);
    const options = optionsOf(recording.hp);
    const inputs = toTensors<unknown[]>(recording.inputs);
    const params = toTensors<nn.Params>(recording.params2);
    const apply = (p: nn.Params, xs: unknown[]) => module.call(p, ...xs, options);
    if (recording.y2 === undefined) return;
    expectTreeClose(jit(apply, { compiler })(params, inputs), recording.y2, OUTPUTS);
    const loss = (p: nn.Params, xs: unknown[]) => lossOf(apply(p, xs));
    expectTreeClose(jit(grad(loss), { compiler })(params, inputs), recording.grad_params, GRADIENTS);
    expectTreeClose(grad(jit(loss, { compiler }))(params, inputs), recording.grad_params, GRADIENTS);
  });
});

test('all are there', () => {
  expect(layers.length).toBeGreaterThan(30);
});
