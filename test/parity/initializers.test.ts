import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { config, jnp, nn } from '../../runtime/src/index';
import type { Distribution, FanMode } from '../../runtime/src/nn/initializers';
import { expectClose, golden, type Tolerance } from './golden';

interface Case {
  init: keyof typeof INITIALIZERS;
  hp: HyperParams;
  key: [number, number];
  shape: number[];
  data: unknown;
}

/** As the golden cases name them. */
interface HyperParams {
  value: number;
  scale: number;
  stddev?: number;
  mode: FanMode;
  distribution: Distribution;
  in_axis?: number;
  out_axis?: number;
  column_axis?: number;
}

const init = nn.initializers;
const INITIALIZERS = {
  zeros: () => init.zeros,
  ones: () => init.ones,
  constant: ({ value }: HyperParams) => init.constant(value),
  uniform: ({ scale }: HyperParams) => init.uniform({ scale }),
  normal: ({ stddev }: HyperParams) => init.normal({ stddev }),
  truncated_normal: ({ stddev }: HyperParams) => init.truncatedNormal({ stddev }),
  variance_scaling: ({ scale, mode, distribution, in_axis, out_axis }: HyperParams) =>
    init.varianceScaling(scale, mode, distribution, { inAxis: in_axis, outAxis: out_axis }),
  lecun_normal: () => init.lecunNormal(),
  lecun_uniform: () => init.lecunUniform(),
  glorot_normal: () => init.glorotNormal(),
  glorot_uniform: () => init.glorotUniform(),
  xavier_normal: () => init.xavierNormal(),
  xavier_uniform: () => init.xavierUniform(),
  he_normal: () => init.heNormal(),
  he_uniform: () => init.heUniform(),
  kaiming_normal: () => init.kaimingNormal(),
  kaiming_uniform: () => init.kaimingUniform(),
  orthogonal: ({ scale, column_axis }: HyperParams) => init.orthogonal({ scale, columnAxis: column_axis }),
  delta_orthogonal: () => init.deltaOrthogonal(),
};
type Name = keyof typeof INITIALIZERS;

/** A QR decomposition sums in the backend's own order; all others are JAX's numbers to the bit. */
const TOLERANCES: Partial<Record<Name, Tolerance>> = {
  orthogonal: { absolute: 1e-6 },
  delta_orthogonal: { absolute: 1e-6 },
};

describe.each([
  { part: 1, partitionable: true },
  { part: 0, partitionable: false },
])('with jax_threefry_partitionable $partitionable', ({ part, partitionable }) => {
  const { cases } = golden<{ cases: Case[] }>(`initializers.part${part}.json`);

  beforeEach(() => config.update('jax_threefry_partitionable', partitionable));
  afterEach(() => config.update('jax_threefry_partitionable', true));

  test('all 91 cases are of initializers that we have', () => {
    expect(cases.length).toBe(91);
    expect([...new Set(cases.map(({ init }) => init))].sort()).toEqual(Object.keys(INITIALIZERS).sort());
  });

  test.each(Object.keys(INITIALIZERS) as Name[])('%s makes the parameters of JAX', (name) => {
    for (const { hp, key, shape, data } of cases.filter(({ init }) => init === name)) {
      const made = INITIALIZERS[name](hp)(jnp.asarray(Int32Array.from(key), 'int32'), shape);
      expectClose(made, { dtype: 'float32', shape, data }, TOLERANCES[name]);
    }
  });
});
