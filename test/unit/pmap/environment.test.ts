import { expect, test } from 'vitest';
import { config, jnp, lax, localDeviceCount, pmap, type Tensor } from '../../../runtime/src/index';

test('DISTAFF_CPU_DEVICES says how many devices the CPU counts as', () => {
  process.env.DISTAFF_CPU_DEVICES = 'two';
  expect(() => config.cpuDevices).toThrow('DISTAFF_CPU_DEVICES is a whole number from 1 to 512, got NaN.');
  process.env.DISTAFF_CPU_DEVICES = '130';
  expect(localDeviceCount()).toBe(130);
  const sum = pmap((v: Tensor) => lax.psum(v, 'i'), { axisName: 'i' })(jnp.arange(130));
  expect(sum.shape).toEqual([130]);
  expect(sum.max().arraySync()).toBe((130 * 129) / 2);
});
