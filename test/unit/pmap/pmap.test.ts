import { describe, expect, test } from 'vitest';
import {
  commonUtils,
  config,
  devices,
  evalShape,
  grad,
  jaxUtils,
  jit,
  jnp,
  lax,
  localDeviceCount,
  pmap,
  random,
  type Tensor,
  vmap,
} from '../../../runtime/src/index';

config.cpuDevices = 3;

const x = jnp.reshape(jnp.arange(6), [3, 2]).toFloat();
const values = (t: unknown) => (t as Tensor).arraySync();

describe('devices', () => {
  test('the CPU counts as what was asked for', () => {
    expect(devices().map(String)).toEqual(['cpu:0', 'cpu:1', 'cpu:2']);
    expect(devices('cpu')[1]).toMatchObject({ platform: 'cpu', id: 1, name: '/device:CPU:1' });
    expect(localDeviceCount()).toBe(3);
    expect(() => devices('gpu')).toThrow(
      "devices: this machine has no device of the platform 'gpu'. It has cpu:0, cpu:1, cpu:2.",
    );
  });

  test('their number holds from the start of TensorFlow on', () => {
    config.cpuDevices = 3;
    expect(() => {
      config.cpuDevices = 2;
    }).toThrow(/cannot become 2: TensorFlow has started with 3. Set it before the first tensor is made/);
    expect(() => config.update('jax_num_cpu_devices', 0)).toThrow(/a whole number from 1 to 512, got 0/);
    expect(config.cpuDevices).toBe(3);
  });
});

describe('pmap', () => {
  test('is vmap, compiled, on the devices', () => {
    const f = (v: Tensor, { w }: { w: Tensor }) => ({ y: v.mul(w).sum(), v: [v.add(1), lax.axisIndex('i')] as const });
    const args = [x, { w: x.square() }] as const;
    const onDevices = pmap(f, { axisName: 'i' });
    const expected = vmap(f, { axisName: 'i' })(...args);
    for (let i = 0; i < 3; i++) {
      const out = onDevices(...args);
      expect(values(out.y)).toEqual(values(expected.y));
      expect(values(out.v[0])).toEqual(values(expected.v[0]));
      expect(values(out.v[1])).toEqual([0, 1, 2]);
    }
  });

  test('takes fewer parts than devices, and devices that are chosen', () => {
    const text = (fn: (v: Tensor) => Tensor, v: Tensor) => jit.trace(fn)(v);
    const twice = (v: Tensor) => v.mul(2);
    expect(values(pmap(twice)(x.slice(0, 2)))).toEqual([[0, 2], [4, 6]]); // biome-ignore format: a matrix
    expect(text(pmap(twice), x.slice(0, 2))).not.toMatch(/cpu:2/);
    const chosen = [devices()[2], devices()[1]] as ReturnType<typeof devices>;
    const some = pmap(twice, { devices: chosen });
    expect(values(some(x.slice(0, 2)))).toEqual([[0, 2], [4, 6]]); // biome-ignore format: a matrix
    expect(text(some, x.slice(0, 2))).not.toMatch(/cpu:0/);
    expect(values(pmap(twice)(x.slice(0, 1)))).toEqual([[0, 2]]);
  });

  test('in and out axes, static and shared arguments', () => {
    const f = (v: Tensor, w: Tensor, power: { of: number }, name: string) => [
      v.pow(power.of).add(w),
      lax.psum(v, name),
    ];
    const onDevices = pmap(f, {
      axisName: 'i',
      inAxes: [1, null, null, null],
      outAxes: [1, null],
      staticBroadcastedArgnums: [2, 3],
    });
    const [powers, sum] = onDevices(x.transpose(), jnp.array([10, 20]), { of: 2 }, 'i') as [Tensor, Tensor];
    expect(values(powers)).toEqual(
      values(
        x
          .square()
          .add(jnp.array([10, 20]))
          .transpose(),
      ),
    );
    expect(values(sum)).toEqual([6, 9]);
  });

  test('of a function that is differentiated, in a function that is differentiated, and both', () => {
    const local = (w: Tensor, v: Tensor) => w.mul(v).square().sum() as Tensor;
    const w = jnp.array([1, 2]);
    const inside = pmap(grad(local), { inAxes: [null, 0] });
    expect(values(inside(w, x))).toEqual(values(x.square().mul(w).mul(2)));
    const total = grad((u: Tensor) => pmap(local, { inAxes: [null, 0] })(u, x).sum() as Tensor);
    expect(values(total(w))).toEqual(values(x.square().mul(w).mul(2).sum(0)));
    const twice = grad((u: Tensor) => inside(u, x).sum() as Tensor);
    expect(values(twice(w))).toEqual(values(x.square().mul(2).sum(0)));
    const shared = pmap((u: Tensor, v: Tensor) => lax.pmean(local(u, v), 'i'), {
      axisName: 'i',
      inAxes: [null, 0],
      outAxes: null,
    });
    const mean = values(grad(shared)(w, x)) as number[];
    const expected = values(x.square().mul(w).mul(2).mean(0)) as number[];
    for (const i of [0, 1]) expect(mean[i]).toBeCloseTo(expected[i] as number, 5);
  });

  test('inside jit, around vmap, and inside vmap', () => {
    const f = (v: Tensor) => lax.psum(v, 'i').add(v);
    const expected = values(x.add(x.sum(0)));
    expect(values(jit(pmap(f, { axisName: 'i' }))(x))).toEqual(expected);
    const rows = jnp.stack([x, x.mul(10)], 1);
    const over = (g: (v: Tensor) => Tensor) => g;
    const around = pmap(over(vmap(f)), { axisName: 'i' })(rows);
    const within = vmap(pmap(f, { axisName: 'i' }), { inAxes: 1, outAxes: 1 })(rows);
    const both = values(jnp.stack([x.add(x.sum(0)), x.add(x.sum(0)).mul(10)], 1));
    expect(values(around)).toEqual(both);
    expect(values(within)).toEqual(both);
  });

  test('random keys are those of each part', () => {
    const keys = commonUtils.shardPrngKey(random.PRNGKey(0));
    const sample = (key: Tensor) => random.normal(key, [4]);
    expect(values(pmap(sample)(keys))).toEqual((keys.unstack() as Tensor[]).map((key) => values(sample(key))));
  });

  test('loops and branches, with collectives in them', () => {
    const f = (v: Tensor) => {
      const [carry, ys] = lax.scan(
        (c: Tensor, row: Tensor) => {
          const next = lax.pmean(c.add(row), 'i').add(lax.axisIndex('i').toFloat());
          return [next, next.mul(2)] as const;
        },
        v.sum() as Tensor,
        v,
      );
      const chosen = lax.cond(
        v.sum().greater(3),
        (u: Tensor) => u.mul(10),
        (u: Tensor) => u.neg(),
        carry,
      );
      return [carry, ys, chosen, lax.foriLoop(0, 3, (_, u: Tensor) => lax.psum(u, 'i'), v)] as const;
    };
    const expected = vmap(f, { axisName: 'i' })(x);
    const out = pmap(f, { axisName: 'i' })(x);
    for (const [i, leaf] of out.entries()) expect(values(leaf)).toEqual(values(expected[i]));
    const loss = (over: typeof pmap | typeof vmap) =>
      grad((v: Tensor) => {
        const [a, b, c] = over(f, { axisName: 'i' })(v);
        return a.sum().add(b.sum()).add(c.sum()) as Tensor;
      })(x);
    expect(values(loss(pmap))).toEqual(values(loss(vmap)));
  });

  test('shapes alone need no devices', () => {
    const f = pmap((v: Tensor) => lax.pmean(v, 'i').mul(lax.allGather(v, 'i')), { axisName: 'i' });
    expect(String(evalShape(f, [3, 2]))).toMatch(/float32\[3, ?3, ?2\]|f32\[3, ?3, ?2\]/);
  });

  test('donated arguments are used up', () => {
    const f = pmap(function step(v: Tensor) {
      return v.add(1);
    }, { donateArgnums: 0 }); // biome-ignore format: a call
    const given = x.add(0);
    f(given);
    expect(() => given.add(1)).toThrow(/had been donated: it was part of argument 0 of step/);
  });
});

describe('errors', () => {
  test.each([
    [
      'more parts than devices',
      () => pmap(function train(v: Tensor) { return v; })(jnp.ones([4, 2])), // biome-ignore format: a call
      'pmap: the arguments of train have 4 parts, and there are 3 devices (cpu:0, cpu:1, cpu:2). To let the CPU count ' +
        'as 4, set config.cpuDevices = 4 before the first tensor is made, or start the program with ' +
        'DISTAFF_CPU_DEVICES=4; to run 4 parts on one device, use vmap.',
    ],
    [
      'different numbers of parts',
      () => pmap((a: Tensor, b: Tensor) => a.add(b))(jnp.ones([3]), jnp.ones([2])),
      'pmap: arguments have different numbers of examples: 3 and 2',
    ],
    ['no function', () => pmap(3 as never), 'pmap takes a function, got number'],
    [
      'a number that is mapped',
      () => pmap((v: Tensor) => v)(3 as never),
      'pmap: leaf 0 of the arguments is mapped and no tensor, but a number',
    ],
    [
      'a string',
      () => pmap((v: Tensor, _: { mode: string }) => v, { inAxes: [0, null] })(x, { mode: 'fast' }),
      'pmap: argument 1 holds a string at /mode; arguments are pytrees of tensors, numbers and booleans. What the ' +
        'function is compiled for anew when it changes goes into staticBroadcastedArgnums',
    ],
    ['a scalar', () => pmap((v: Tensor) => v)(jnp.array(1)), 'has no axis 0 to map over'],
    [
      'nothing mapped',
      () => pmap((v: Tensor) => v, { inAxes: null })(x),
      'pmap: no argument of anonymous is mapped over: inAxes has null for all. Say how many examples there are, with axisSize.',
    ],
    [
      'another size than axisSize',
      () => vmap((v: Tensor) => v, { axisSize: 2 })(x),
      'vmap: axisSize is 2, but the arguments have 3 examples.',
    ],
    [
      'a result that differs',
      () => pmap((v: Tensor) => v, { outAxes: null })(x),
      'pmap: outAxes has null for leaf 0 of the result, f32[2], which differs between examples.',
    ],
    [
      'a read value',
      () => pmap((v: Tensor) => v.mul(Number(v.dataSync()[0])))(x),
      'was read inside pmap, where it stands for 3',
    ],
    [
      'an axis outside of maps',
      () => lax.psum(x, 'batch'),
      "lax.psum: there is no axis 'batch'. No mapped axis has a name here: call it in a function that vmap or pmap maps " +
        "with { axisName: 'batch' }.",
    ],
    [
      'an unknown axis',
      () =>
        vmap(
          vmap((v: Tensor) => lax.pmean(v, 'batch'), { axisName: 'j' }),
          { axisName: 'i' },
        )(x),
      "lax.pmean: there is no axis 'batch'. Known axes: 'j' (vmap over 2), 'i' (vmap over 3).",
    ],
    [
      'a permutation that sends twice',
      () => vmap((v: Tensor) => lax.ppermute(v, 'i', [[0, 1], [0, 2]]), { axisName: 'i' })(x), // biome-ignore format: pairs
      'lax.ppermute: perm has pairs [source, destination] of examples 0 to 2, each at most once as a source and once as a destination; got [[0,1],[0,2]].',
    ],
    [
      'an axis that does not divide',
      () => vmap((v: Tensor) => lax.psumScatter(v, 'i'), { axisName: 'i' })(x),
      'lax.psumScatter: axis 0 of f32[2] should have 3 elements, one for each example, got 2.',
    ],
    [
      'a gradient of the largest',
      () =>
        grad(
          (v: Tensor) => vmap((u: Tensor) => lax.pmax(u, 'i').sum() as Tensor, { axisName: 'i' })(v).sum() as Tensor,
        )(x),
      'The op Pmax at ',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

describe('jaxUtils and commonUtils', () => {
  test('replicate and unreplicate', () => {
    const one = { w: jnp.array([1, 2]), rate: 0.5, on: true };
    const all = jaxUtils.replicate(one);
    expect(values(all.w)).toEqual([[1, 2], [1, 2], [1, 2]]); // biome-ignore format: a matrix
    expect(values(all.rate)).toEqual([0.5, 0.5, 0.5]);
    expect(values(jaxUtils.replicate(one, devices().slice(0, 2)).rate)).toEqual([0.5, 0.5]);
    const back = jaxUtils.unreplicate(all);
    expect(values(back.w)).toEqual([1, 2]);
    expect(values(back.rate)).toBe(0.5);
    expect(() => jaxUtils.replicate({ name: 'x' })).toThrow(
      'jaxUtils.replicate: leaves are tensors, numbers and booleans, got a string at /name.',
    );
    expect(() => jaxUtils.unreplicate({ a: 1 })).toThrow(
      /leaves are tensors whose first axis is the devices', got a number/,
    );
  });

  test('shard divides a batch', () => {
    const batch = commonUtils.shard({ image: jnp.ones([6, 2]), label: jnp.arange(6) });
    expect(batch.image.shape).toEqual([3, 2, 2]);
    expect(values(batch.label)).toEqual([[0, 1], [2, 3], [4, 5]]); // biome-ignore format: a matrix
    expect(() => commonUtils.shard(jnp.ones([7, 2]))).toThrow(
      'commonUtils.shard: the first axis of each array is divided among 3 devices, got f32[7, 2].',
    );
  });

  test('onehot, stackForest, getMetrics', () => {
    expect(values(commonUtils.onehot(jnp.array([0, 2, 5], 'int32'), 3, { onValue: 0.9, offValue: -1 }))).toEqual(
      values(jnp.array([[0.9, -1, -1], [-1, -1, 0.9], [-1, -1, -1]])), // biome-ignore format: a matrix
    );
    const stacked = commonUtils.stackForest([
      { loss: 1, y: x },
      { loss: 2, y: x },
    ] as { loss: unknown; y: Tensor }[]);
    expect(values(stacked.loss)).toEqual([1, 2]);
    expect(stacked.y.shape).toEqual([2, 3, 2]);
    const metrics = commonUtils.getMetrics([{ loss: jnp.array([1, 1, 1]) }, { loss: jnp.array([2, 2, 2]) }]);
    expect(values(metrics.loss)).toEqual([1, 2]);
    expect(() => commonUtils.stackForest([])).toThrow('there are no trees');
  });

  test('prefetchToDevice fetches ahead and keeps the order', async () => {
    let made = 0;
    function* batches() {
      for (; made < 5; made++) yield { x: new Float32Array([made, made, made]) };
    }
    const seen: number[] = [];
    for (const batch of jaxUtils.prefetchToDevice(batches(), 2)) {
      seen.push((values(batch.x) as unknown as number[])[0] as number);
      expect(made).toBe(Math.min(seen.length + 1, 5));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);

    let closed = false;
    async function* later() {
      try {
        for (let i = 0; i < 5; i++) yield jnp.ones([3]).mul(i);
      } finally {
        closed = true;
      }
    }
    const first: unknown[] = [];
    for await (const batch of jaxUtils.prefetchToDevice(later(), 2)) {
      first.push(values(batch));
      if (first.length === 2) break;
    }
    expect(first).toEqual([[0, 0, 0], [1, 1, 1]]); // biome-ignore format: a matrix
    expect(closed).toBe(true);
    expect(() => [...jaxUtils.prefetchToDevice([jnp.ones([4])], 1)]).toThrow(
      /the first axis of each array is the devices', of which there are 3 \(cpu:0, cpu:1, cpu:2\); got f32\[4\]/,
    );
    expect(() => jaxUtils.prefetchToDevice([], 0)).toThrow(/at least 1; got 0/);
    async function* failing() {
      yield jnp.ones([3]);
      throw new Error('the disk is full');
    }
    await expect(async () => {
      for await (const _ of jaxUtils.prefetchToDevice(failing(), 2)) seen.push(0);
    }).rejects.toThrow('the disk is full');
  });
});
