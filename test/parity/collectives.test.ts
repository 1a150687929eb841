/** Collectives against JAX (test/golden/collectives.json): by vmap, inside jit, and on devices by pmap. */
import { describe, expect, test } from 'vitest';
import { config, grad, jit, jnp, lax, localDeviceCount, pmap, type Tensor, vmap } from '../../runtime/src/index';
import { array, expectClose, golden } from './golden';

config.cpuDevices = 4;

interface Case {
  readonly out: unknown;
  /** Of each example's own weighted sum, then of all together. */
  readonly inside?: readonly unknown[];
  readonly outside?: readonly unknown[];
}
interface Data {
  readonly x: unknown;
  readonly w: unknown;
  readonly cases: Readonly<Record<string, Case>>;
  readonly nested: Readonly<Record<string, Case>>;
}
type Program = (v: Tensor, u: Tensor) => Tensor;

const { x, w, cases, nested } = golden<Data>('collectives.json');
const read = (entry: unknown) => {
  const { data, shape } = array(entry);
  return jnp.reshape(jnp.array([...data]), [...shape]);
};
const ring = [0, 1, 2, 3].map((i) => [i, (i + 1) % 4] as const);

const PROGRAMS: Readonly<Record<string, Program>> = {
  psum: (v, u) => lax.psum(v.mul(u), 'i'),
  pmean: (v, u) => lax.pmean(v.mul(u), 'i'),
  'psum of squares of sums': (v, u) => lax.psum(v.mul(u).sum().square(), 'i').square(),
  'what differs times what is shared': (v, u) => lax.psum(v, 'i').tanh().mul(u),
  'pmean of pmean': (v, u) => lax.pmean(v.mul(lax.pmean(u.mul(u), 'i')), 'i'),
  axis_index: (v, u) => v.mul(lax.axisIndex('i').add(1).toFloat()).add(u),
  all_gather: (v, u) => lax.allGather(v.sin().mul(u), 'i'),
  'all_gather behind': (v, u) => lax.allGather(v.mul(u), 'i', { axis: 1 }).mul(u),
  'all_gather tiled': (v, u) => lax.allGather(v.mul(u), 'i', { axis: 1, tiled: true }),
  psum_scatter: (v, u) => lax.psumScatter(v.square().mul(u), 'i'),
  'psum_scatter tiled': (v, u) => lax.psumScatter(v.square().mul(u), 'i', { tiled: true }),
  ppermute: (v, u) => lax.ppermute(v.square(), 'i', ring).mul(u),
  'ppermute of some': (v, u) =>
    lax
      .ppermute(v.square(), 'i', [
        [0, 1],
        [3, 2],
      ])
      .mul(u),
  all_to_all: (v, u) => lax.allToAll(v.square(), 'i', 0, 1).mul(jnp.expandDims(u, 1)),
  pswapaxes: (v, u) => lax.pswapaxes(v.sin(), 'i', 0).mul(u),
  pmax: (v, u) => lax.pmax(v.mul(u), 'i'),
  pmin: (v, u) => lax.pmin(v.mul(u), 'i'),
  'psum of bools and whole numbers': (v) => lax.psum(v.greater(0).toInt().mul(lax.axisIndex('i')), 'i'),
};

const NESTED: Readonly<Record<string, Program>> = {
  'psum of the outer': (v, u) => lax.psum(v.mul(u), 'i'),
  'psum of the inner': (v, u) => lax.psum(v.square().mul(u), 'j'),
  'psum of both': (v, u) => lax.psum(v.square().mul(u), ['i', 'j']),
  'pmean of both': (v, u) => lax.pmean(v.sin().mul(u), ['j', 'i']),
  'one after the other': (v, u) => lax.pmean(lax.psum(v.mul(u), 'j').sin(), 'i').mul(v),
  'all_gather of the outer': (v, u) => lax.allGather(v.square(), 'i').mul(u),
  'all_gather of both': (v, u) => lax.allGather(lax.allGather(v.square(), 'i'), 'j').mul(u),
  'psum_scatter of the outer': (v, u) => lax.psumScatter(lax.allGather(v.square(), 'j').mul(u), 'i'),
  'all_to_all of the outer': (v, u) => lax.allToAll(jnp.stack([v.square(), v, u, v.mul(u)]), 'i', 0, 0),
  'ppermute of the outer': (v, u) =>
    lax
      .ppermute(v.square(), 'i', [
        [0, 3],
        [3, 1],
      ])
      .mul(u),
  indices: (v, u) => v.mul(lax.axisIndex('i').toFloat()).add(u.mul(lax.axisIndex('j').toFloat())),
};

const weighted = (y: Tensor) => y.mul(jnp.reshape(jnp.arange(y.size).toFloat(), y.shape).cos()).sum() as Tensor;
type Mapping = (f: Program) => Program;
const over = (axisName: string, inAxes: (number | null)[] = [0, 0]): Mapping => {
  return (f) => vmap(f, { axisName, inAxes });
};
const inner = over('j', [0, null]);
const MAPPINGS: Readonly<Record<string, Mapping>> = {
  vmap: over('i'),
  'jit of vmap': (f) => jit(over('i')(f), { compiler: 'graph' }),
  pmap: (f) => pmap(f, { axisName: 'i' }),
};

test('there are as many devices as were asked for', () => {
  expect(localDeviceCount()).toBe(4);
});

test('every case is run', () => {
  expect(Object.keys(PROGRAMS).sort()).toEqual(Object.keys(cases).sort());
  expect(Object.keys(NESTED).sort()).toEqual(Object.keys(nested).sort());
});

describe.each(Object.entries(MAPPINGS))('%s', (_, map) => {
  test.each(Object.keys(PROGRAMS))('%s', (name) => check(PROGRAMS[name] as Program, map, cases[name] as Case));
  test.each(Object.keys(NESTED))('nested: %s', (name) =>
    check(
      NESTED[name] as Program,
      (f) => map(inner(f)),
      nested[name] as Case,
      (f) => map(gradOf(f, inner)),
    ),
  );
});

const gradOf = (f: Program, within: Mapping = (g) => g) =>
  within(grad((v: Tensor, u: Tensor) => weighted(f(v, u)), { argnums: [0, 1] }) as unknown as Program);

function check(
  f: Program,
  map: Mapping,
  { out, inside, outside }: Case,
  gradInside: Mapping = (g) => map(gradOf(g)),
): void {
  const args = [read(x), read(w)] as const;
  // Terms are near 1 and may cancel each other out: 2^-21 is four roundings of them.
  const tolerance = { ofLargest: 2e-6, absolute: 2 ** -21 };
  expectClose(map(f)(...args), out, tolerance);
  if (inside === undefined || outside === undefined) return;
  const grads = [
    [gradInside(f)(...args), inside],
    [grad((v: Tensor, u: Tensor) => weighted(map(f)(v, u)), { argnums: [0, 1] })(...args), outside],
  ] as unknown as [Tensor[], unknown[]][];
  for (const [got, expected] of grads) for (const i of [0, 1]) expectClose(got[i] as Tensor, expected[i], tolerance);
}
