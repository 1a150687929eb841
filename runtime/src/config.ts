import { cpuDevices, setCpuDevices } from './bindings/cpuDevices';

/** Settings that decide what functions compute and on how many devices, named as in JAX's configuration. */
interface Config {
  /**
   * How `random` counts (jax_threefry_partitionable): true, JAX's default, gives a value that depends on its position
   * only; false gives the numbers of JAX before 2024, and of Flax's first papers and examples.
   */
  threefryPartitionable: boolean;
  /** What unnamed submodules are called (nn.autoNames): 'class' gives Dense_0, 'integer' gives 0. */
  autoNames: 'class' | 'integer';
  /**
   * How many devices the CPU counts as (jax_num_cpu_devices), for pmap: 1, or what the environment variable
   * DISTAFF_CPU_DEVICES says. Holds from the start of TensorFlow on, which is at the first tensor that has values.
   */
  cpuDevices: number;
}

const FLAGS: Readonly<Record<string, 'threefryPartitionable' | 'cpuDevices'>> = {
  jax_threefry_partitionable: 'threefryPartitionable',
  jax_num_cpu_devices: 'cpuDevices',
};

/** `config.threefryPartitionable = false`, or as in JAX `config.update('jax_threefry_partitionable', false)`. */
export const config: Config & {
  /** Sets a flag by JAX's name. Throws RangeError for a flag that is not one of ours. */
  update(flag: string, value: boolean | number): void;
} = {
  threefryPartitionable: true,
  autoNames: 'class',

  get cpuDevices(): number {
    return cpuDevices();
  },

  /** Throws RangeError for what is no count, and Error once TensorFlow has started. */
  set cpuDevices(count: number) {
    setCpuDevices(count);
  },

  update(flag: string, value: boolean | number): void {
    const name = FLAGS[flag];
    if (name === undefined) {
      throw new RangeError(`There is no flag '${flag}'. Known flags: ${Object.keys(FLAGS).join(', ')}.`);
    }
    if (name === 'cpuDevices') {
      config.cpuDevices = value as number;
      return;
    }
    if (typeof value !== 'boolean') throw new TypeError(`The flag '${flag}' is true or false, got ${String(value)}.`);
    config[name] = value;
  },
};
