import { expect, test } from 'vitest';
import { jnp, nn, random } from '../../runtime/src/index';
import { expectClose } from '../parity/golden';

const init = nn.initializers;
const key = random.PRNGKey(7);

test('large orthogonal matrices have orthonormal columns, wide ones orthonormal rows', () => {
  const tall = init.orthogonal()(key, [300, 200]);
  expectClose(tall.transpose().matMul(tall), [...(jnp.eye(200).arraySync() as number[][])], { absolute: 1e-5 });
  const wide = init.orthogonal({ scale: 2 })(key, [20, 300]);
  expectClose(wide.matMul(wide.transpose()), [...(jnp.eye(20).mul(4).arraySync() as number[][])], { absolute: 1e-5 });
});

test('batch axes do not count as inputs', () => {
  const withBatch = init.varianceScaling(1, 'fan_in', 'normal', { batchAxis: 0 })(key, [5, 3, 4]);
  const stddev = Math.sqrt(1 / 3);
  expectClose(withBatch, random.normal(key, [5, 3, 4]).mul(stddev));
});

test('the geometric mean of inputs and outputs scales the variance', () => {
  expectClose(
    init.varianceScaling(1, 'fan_geo_avg', 'normal')(key, [2, 8]),
    random.normal(key, [2, 8]).mul(Math.sqrt(1 / 4)),
  );
});

test('a shape without an axis of inputs is refused', () => {
  expect(() => init.lecunNormal()(key, [3])).toThrow(/\[3\] has no axis of inputs/);
  expect(() => init.orthogonal()(key, [3])).toThrow(/\[3\] has fewer than two axes/);
  expect(() => init.deltaOrthogonal()(key, [3, 4, 2])).toThrow(/more inputs \(4\) than outputs/);
});

test('random parameters are float32', () => {
  expect(() => init.normal()(key, [3], 'int32')).toThrow(/normal makes float32 parameters, int32 was asked for/);
  expect(init.zeros(key, [3], 'int32').dtype).toBe('int32');
});
