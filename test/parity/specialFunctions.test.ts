/** Elementary and special functions against JAX's on fixed points (test/golden/special_functions.json). */
import { describe, expect, test } from 'vitest';
import { jnp, nn, type Tensor } from '../../runtime/src/index';
import { array, expectClose, golden } from './golden';

const { functions } = golden<{ functions: Record<string, { x: unknown; y: unknown }> }>('special_functions.json');

const OURS: Record<string, (x: Tensor) => Tensor> = {
  log1p: jnp.log1p,
  log: jnp.log,
  sqrt: jnp.sqrt,
  rsqrt: (x) => x.rsqrt(),
  exp: jnp.exp,
  expm1: jnp.expm1,
  tanh: jnp.tanh,
  logistic: nn.sigmoid,
  erf: (x) => x.erf(),
};

/** XLA takes numbers this small for 0. */
const SMALLEST = 2 ** -126;

describe('on the recorded points', () => {
  test.each(Object.keys(OURS))('%s', (name) => {
    const { x, y } = functions[name] as { x: unknown; y: unknown };
    const points = array(x).data.map((point) => (Math.abs(point) < SMALLEST ? 0 : point));
    const ours = OURS[name]?.(jnp.asarray(points)) as Tensor;
    expectClose(ours, y, { ulps: 4, absolute: SMALLEST });
  });
});

test('the error function undoes the recorded inverse', () => {
  const { x, y } = functions.erf_inv as { x: unknown; y: unknown };
  const there = jnp.asarray([...array(y).data]).erf();
  expectClose(there, x, { absolute: 1e-6 });
  expect(Object.keys(functions).sort()).toEqual([...Object.keys(OURS), 'erf_inv'].sort());
});
