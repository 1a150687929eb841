/** Settings that decide what functions compute, named as in JAX's configuration. */
interface Config {
  /**
   * How `random` counts (jax_threefry_partitionable): true, JAX's default, gives a value that depends on its position
   * only; false gives the numbers of JAX before 2024, and of Flax's first papers and examples.
   */
  threefryPartitionable: boolean;
  /** What unnamed submodules are called (nn.autoNames): 'class' gives Dense_0, 'integer' gives 0. */
  autoNames: 'class' | 'integer';
}

const FLAGS: Readonly<Record<string, 'threefryPartitionable'>> = {
  jax_threefry_partitionable: 'threefryPartitionable',
};

/** `config.threefryPartitionable = false`, or as in JAX `config.update('jax_threefry_partitionable', false)`. */
export const config: Config & {
  /** Sets a flag by JAX's name. Throws RangeError for a flag that is not one of ours. */
  update(flag: string, value: boolean): void;
} = {
  threefryPartitionable: true,
  autoNames: 'class',

  update(flag: string, value: boolean): void {
    const name = FLAGS[flag];
    if (name === undefined) {
      throw new RangeError(`There is no flag '${flag}'. Known flags: ${Object.keys(FLAGS).join(', ')}.`);
    }
    if (typeof value !== 'boolean') throw new TypeError(`The flag '${flag}' is true or false, got ${String(value)}.`);
    config[name] = value;
  },
};
