import { ABSTRACT_BACKEND } from './abstract';
import { cpuDevices } from './cpuDevices';
import { listDevices } from './native';
import { activeBackend, levels } from './stack';

/** Something that computes: the CPU, a part that it counts as (config.cpuDevices), or a GPU. */
export class Device {
  constructor(
    /** Of what kind it is. */
    readonly platform: 'cpu' | 'gpu',
    /** Which of its platform, from 0. */
    readonly id: number,
  ) {}

  /** TensorFlow's name, `/device:CPU:0`. */
  get name(): string {
    return `/device:${this.platform.toUpperCase()}:${this.id}`;
  }

  /** As JAX prints it, `cpu:0`. */
  toString(): string {
    return `${this.platform}:${this.id}`;
  }
}

/**
 * The devices of this machine (jax.devices): its GPUs if it has any, else its CPU, which counts as config.cpuDevices; or
 * those of one platform. Throws where that has none.
 */
export function devices(platform?: 'cpu' | 'gpu'): Device[] {
  const all = allDevices();
  const gpus = all.filter((device) => device.platform === 'gpu');
  if (platform === undefined) return gpus.length > 0 ? gpus : all;
  const found = all.filter((device) => device.platform === platform);
  if (found.length === 0) {
    throw new Error(`devices: this machine has no device of the platform '${platform}'. It has ${all.join(', ')}.`);
  }
  return found;
}

/** As `devices`: there is one machine (jax.local_devices). */
export const localDevices = devices;

/** How many devices `devices()` has (jax.local_device_count): the most examples that pmap takes. */
export const localDeviceCount = (): number => devices().length;

/** As `localDeviceCount`: there is one machine (jax.device_count). */
export const deviceCount = localDeviceCount;

/** Shapes need no TensorFlow: for them there is what is configured. */
function allDevices(): Device[] {
  const backend = levels.top?.baseName ?? activeBackend();
  if (backend === ABSTRACT_BACKEND) return Array.from({ length: cpuDevices() }, (_, id) => new Device('cpu', id));
  return listDevices().flatMap((name) => {
    const [, platform, id] = /device:(CPU|GPU):(\d+)$/.exec(name) ?? [];
    return platform === undefined ? [] : [new Device(platform.toLowerCase() as 'cpu' | 'gpu', Number(id))];
  });
}
