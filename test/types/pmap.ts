/** Types only: `npm run check` holds what compiles here and, by `@ts-expect-error`, what must not. */
import {
  commonUtils,
  config,
  type Device,
  devices,
  jaxUtils,
  lax,
  localDeviceCount,
  nn,
  optim,
  pmap,
  type Tensor,
  vmap,
} from 'distaff';

declare const x: Tensor;
interface Batch {
  image: Tensor;
  label: Tensor;
}
declare const batch: Batch;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

// pmap keeps the function's type
const step = (w: Tensor, { image, label }: Batch, rate: number) => ({ w: w.mul(rate), loss: image.sub(label) });
const onDevices = pmap(step, {
  axisName: 'batch',
  inAxes: [0, 0, null],
  donateArgnums: 0,
  staticBroadcastedArgnums: [2],
});
ok<Equal<typeof onDevices, typeof step>>();
pmap(step, { devices: devices('cpu').slice(0, 2), outAxes: { loss: null, w: 0 } });
// @ts-expect-error devices are Devices
pmap(step, { devices: ['cpu:0'] });
// @ts-expect-error an axis has a name
pmap(step, { axisName: 0 });
// @ts-expect-error the batch is missing
onDevices(x);
vmap((v: Tensor) => lax.psum(v, 'i'), { axisName: 'i', axisSize: 3, outAxes: null });

// collectives keep the tree
ok<Equal<ReturnType<typeof lax.psum<Batch>>, Batch>>();
const gradient = lax.pmean({ kernel: x, bias: x }, 'batch');
ok<Equal<typeof gradient, { kernel: Tensor; bias: Tensor }>>();
const count: number = lax.psum(1, ['hosts', 'batch']);
const index: Tensor = lax.axisIndex('batch');
const size: number = lax.axisSize('batch');
lax.allGather(batch, 'batch', { axis: 1, tiled: true });
lax.ppermute(x, 'batch', [
  [0, 1],
  [1, 0],
]);
// @ts-expect-error pairs
lax.ppermute(x, 'batch', [0, 1]);
// @ts-expect-error the axis' name is missing
lax.pmean(x);

// replicating keeps the type
const replicated = jaxUtils.replicate(batch);
ok<Equal<typeof replicated, Batch>>();
const one = jaxUtils.unreplicate(replicated);
ok<Equal<typeof one, Batch>>();
for (const next of jaxUtils.prefetchToDevice([batch], 2)) ok<Equal<typeof next, Batch>>();
declare const later: AsyncIterable<Batch>;
for await (const next of jaxUtils.prefetchToDevice(later, 2)) ok<Equal<typeof next, Batch>>();
const parts: Batch = commonUtils.shard(batch);
const metrics: { loss: Tensor } = commonUtils.getMetrics([{ loss: x }]);
const hot: Tensor = commonUtils.onehot(x, 10, { onValue: 0.9 });
const keys: Tensor = commonUtils.shardPrngKey(x);

// devices
const all: Device[] = devices();
const devicesHere: number = localDeviceCount();
config.cpuDevices = 2;
config.update('jax_num_cpu_devices', 2);
// @ts-expect-error no such platform
devices('tpu');

// what synchronizes
const Norm = nn.BatchNorm.partial({ axisName: 'batch' });
const scaled = new optim.DynamicScale().valueAndGrad((w: Batch) => w.image.sum() as Tensor, { axisName: 'batch' })(
  batch,
);
ok<Equal<typeof scaled.grad, Batch>>();

export { all, count, devicesHere, hot, index, keys, metrics, Norm, parts, size };
