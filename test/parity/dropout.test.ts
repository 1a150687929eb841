/** Dropout and the keys of nn.stochastic against Flax (test/golden/layers.flax0.1.0.*). */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, nn, random, type Tensor } from '../../runtime/src/index';
import { expectClose, golden } from './golden';
import { describeParts, layersOf } from './layerCases';
import { toTensor } from './trees';

interface Stochastic {
  key: [number, number];
  x: unknown;
  make_rng_1: unknown;
  make_rng_2: unknown;
  'dropout_0.5_first': unknown;
  'dropout_0.5_second': unknown;
  'dropout_0.2_third': unknown;
  'dropout_explicit_rng_0.25': { rng: [number, number]; y: unknown };
}

const CLOSE = { relative: 1e-6 };

describeParts((part) => {
  const recorded = layersOf<Stochastic>(part).stochastic as Stochastic;
  const key = () => jnp.asarray(recorded.key, 'int32');
  const x = () => toTensor(recorded.x);

  test('makeRng gives the same keys', () => {
    const [first, second] = nn.stochastic(key(), () => [nn.makeRng(), nn.makeRng()] as const);
    expectClose(first, { dtype: 'uint32', shape: [2], data: recorded.make_rng_1 });
    expectClose(second, { dtype: 'uint32', shape: [2], data: recorded.make_rng_2 });
  });

  test('dropout keeps the same elements at each call', () => {
    nn.stochastic(key(), () => {
      expectClose(nn.dropout(x(), 0.5), recorded['dropout_0.5_first'], CLOSE);
      expectClose(nn.dropout(x(), 0.5), recorded['dropout_0.5_second'], CLOSE);
      expectClose(nn.dropout(x(), 0.2), recorded['dropout_0.2_third'], CLOSE);
    });
  });

  test('dropout with a key of its own needs no nn.stochastic', () => {
    const { rng, y } = recorded['dropout_explicit_rng_0.25'];
    expectClose(nn.dropout(x(), 0.25, { rng: jnp.asarray(rng, 'int32') }), y, CLOSE);
  });

  test('its gradient is the mask', () => {
    const { rng, y } = recorded['dropout_explicit_rng_0.25'];
    const loss = (v: Tensor) => nn.dropout(v, 0.25, { rng: jnp.asarray(rng, 'int32') }).sum();
    expectClose(grad(loss)(x()), jnp.divide(toTensor(y), x()), CLOSE);
  });
});

describe('dropout', () => {
  const x = () => random.normal(random.PRNGKey(1), [50, 40]).add(5);
  const rng = () => random.PRNGKey(2);

  test('returns the input where it is deterministic or drops nothing', () => {
    expectClose(nn.dropout(x(), 0.5, { deterministic: true }), x());
    expectClose(nn.dropout(x(), 0), x());
  });

  test('drops everything at rate 1, with a gradient of zeros', () => {
    const all = (v: Tensor) => nn.dropout(v, 1, { rng: rng() });
    expectClose(all(x()), jnp.zeros([50, 40]));
    expectClose(grad((v: Tensor) => all(v).sum())(x()), jnp.zeros([50, 40]));
  });

  test('keeps an infinity that it drops out of value and gradient', () => {
    const some = (v: Tensor) => jnp.where(nn.dropout(jnp.ones([8]), 0.5, { rng: rng() }).equal(0), v, 0);
    const infinite = some(jnp.full([8], Number.POSITIVE_INFINITY));
    expect([...nn.dropout(infinite, 0.5, { rng: rng() }).dataSync()].every(Number.isFinite)).toBe(true);
  });

  test('keeps about the share of elements and their mean', () => {
    const y = nn.dropout(x(), 0.3, { rng: rng() });
    const kept = jnp.mean(y.notEqual(0)).dataSync()[0] as number;
    expect(kept).toBeGreaterThan(0.66);
    expect(kept).toBeLessThan(0.74);
    expectClose(jnp.mean(y), jnp.mean(x()), { relative: 0.05 });
  });

  test('runs on shapes', () => {
    expect(evalShape((v: Tensor) => nn.dropout(v, 0.5, { rng: rng() }), [3, 4]).shape).toEqual([3, 4]);
    const [shape] = nn.stochastic(rng(), () =>
      nn
        .module(
          'Dropping',
          class extends nn.Module {
            apply(v: Tensor): Tensor {
              return nn.dropout(nn.Dense(v, { features: 2 }), 0.5);
            }
          },
        )
        .initByShape(rng(), [[3, 4]]),
    );
    expect(shape.shape).toEqual([3, 2]);
  });

  test('throws without a key, as Flax does', () => {
    const { errors } = golden<{ errors: Record<string, { type: string }> }>('api.flax0.1.0.part1.json');
    expect(errors.dropout_outside_stochastic?.type).toBe('ValueError');
    expect(() => nn.dropout(x(), 0.5)).toThrow(/inside nn\.stochastic only/);
  });

  test.each([-0.1, 1.5, Number.NaN, undefined as unknown as number])('says that %s is no rate', (rate) => {
    const run = () => nn.dropout(x(), rate, { rng: rng() });
    expect(run).toThrow(/nn\.dropout: the rate is a probability from 0 to 1, got/);
  });
});
