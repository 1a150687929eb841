import { expect, test, vi } from 'vitest';
import {
  commonUtils,
  config,
  devices,
  evalShape,
  jaxUtils,
  jit,
  jnp,
  lax,
  pmap,
  type Tensor,
} from '../../../runtime/src/index';

const step = (w: Tensor, v: Tensor) => lax.pmean(w.mul(v).sum(), 'batch');

test('with one device pmap works, and says once that there is one', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const onDevices = pmap(step, { axisName: 'batch' });
  const x = commonUtils.shard(jnp.arange(6).toFloat());
  expect(x.shape).toEqual([1, 6]);
  evalShape(onDevices, [1, 6], [1, 6]);
  expect(warn).not.toHaveBeenCalled();
  // Often enough for both of jit's compilers.
  for (let i = 0; i < 8; i++) expect(onDevices(jaxUtils.replicate(jnp.ones([6])), x).arraySync()).toEqual([15]);
  pmap(step, { axisName: 'batch' })(x, x);
  expect(warn.mock.calls).toEqual([
    ['pmap: there is one device, cpu:0, which everything runs on. config.cpuDevices lets the CPU count as several.'],
  ]);
  expect(devices().join()).toBe('cpu:0');
  expect(config.cpuDevices).toBe(1);
  expect(jit.trace(onDevices)(x, x)).not.toMatch(/ on cpu/);
  expect(() => onDevices(jnp.ones([2, 3]), jnp.ones([2, 3]))).toThrow(
    'pmap: the arguments of step have 2 parts, and there is one device (cpu:0).',
  );
  warn.mockRestore();
});
