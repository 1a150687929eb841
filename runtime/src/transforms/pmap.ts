import { Tensor } from '#tfjs';
import { NATIVE_BACKEND } from '../bindings/backend';
import { DeviceLevel } from '../bindings/batch/deviceLevel';
import { devices as allDevices, type Device } from '../bindings/devices';
import { activeBackend } from '../bindings/stack';
import * as tree from '../tree';
import { jit } from './jit/jit';
import { type Axes, countExamples, type MappedOptions, mapExamples } from './mapped';
import { surroundings } from './vmap';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

export interface PmapOptions extends MappedOptions {
  /** Where it runs: as many of them as there are examples. Default all of `devices()`. */
  readonly devices?: readonly Device[] | undefined;
  /** Arguments that are no pytrees of tensors, the same for all devices: the function is recorded anew for each value. */
  readonly staticBroadcastedArgnums?: number | readonly number[] | undefined;
  /** Arguments that are not used after the call: their memory is free at once. */
  readonly donateArgnums?: number | readonly number[] | undefined;
}

/**
 * The function of one device's part as a function of all devices' parts (jax.pmap): each argument has an axis more, with
 * a part for each device, and so have the results. It is compiled as by jit, and each part runs on its device;
 * lax.pmean and its kin combine them. Throws where there are more parts than devices.
 *
 * @typeParam F the function's type, which is the result's
 */
export function pmap<F extends (...args: Any[]) => Any>(fn: F, options: PmapOptions = {}): F {
  if (typeof fn !== 'function') throw new TypeError(`pmap takes a function, got ${typeof fn}.`);
  const { devices, staticBroadcastedArgnums = [], donateArgnums = [], inAxes = 0, ...others } = options;
  const statics = new Set([staticBroadcastedArgnums].flat());
  const name = fn.name || 'anonymous';

  const mappingOf = (args: readonly unknown[]) => ({
    ...others,
    inAxes: withoutStatics(inAxes, args.length, statics),
    transform: 'pmap',
    name,
  });
  const dynamicOf = (args: readonly unknown[]) => args.filter((_, i) => !statics.has(i));

  const onDevices = (...args: unknown[]): unknown => {
    const withStatics = (...dynamic: unknown[]) => {
      let next = 0;
      return fn(...args.map((arg, i) => (statics.has(i) ? arg : dynamic[next++])));
    };
    return mapExamples(withStatics, dynamicOf(args), mappingOf(args), (size) => {
      const { below, outer, base, baseName } = surroundings();
      const used = usable(size, name, devices ?? allDevices()).map((device) => device.name);
      return new DeviceLevel(used, below, outer, base, baseName, others.axisName);
    });
  };
  const compiled = jit(Object.defineProperty(onDevices, 'name', { value: name }), {
    staticArgnums: [...statics],
    donateArgnums,
  });
  const call = (...args: unknown[]): unknown => {
    const given = devices ?? allDevices();
    args.forEach((arg, i) => {
      if (!statics.has(i)) checkLeaves(arg, i);
    });
    usable(countExamples(dynamicOf(args), mappingOf(args)), name, given);
    if (devices === undefined && given.length === 1 && activeBackend() === NATIVE_BACKEND)
      sayThereIsOne(given[0] as Device);
    return compiled(...args);
  };
  return Object.defineProperty(call, 'name', { value: name }) as unknown as F;
}

/** Throws TypeError for a leaf that no device can have. */
function checkLeaves(arg: unknown, argnum: number): void {
  const fits = (leaf: unknown) => leaf instanceof Tensor || typeof leaf === 'number' || typeof leaf === 'boolean';
  if (tree.leaves(arg).every(fits)) return;
  const [path, leaf] = tree.flattenWithPath(arg).find(([, value]) => !fits(value)) as [string[], unknown];
  throw new TypeError(
    `pmap: argument ${argnum} holds a ${typeof leaf}${path.length > 0 ? ` at /${path.join('/')}` : ''}; arguments are ` +
      'pytrees of tensors, numbers and booleans. What the function is compiled for anew when it changes goes into ' +
      `staticBroadcastedArgnums: pmap(fn, { staticBroadcastedArgnums: [${argnum}] }).`,
  );
}

/** Once in a process: somebody may wonder why it is no faster. */
function sayThereIsOne(device: Device): void {
  if (said.one) return;
  said.one = true;
  const advice = device.platform === 'cpu' ? ' config.cpuDevices lets the CPU count as several.' : '';
  console.warn(`pmap: there is one device, ${device}, which everything runs on.${advice}`);
}

const said = { one: false };

/** The devices of `size` parts. */
function usable(size: number, name: string, devices: readonly Device[]): readonly Device[] {
  if (size <= devices.length) return devices.slice(0, size);
  const has = `there ${devices.length === 1 ? 'is one device' : `are ${devices.length} devices`} (${devices.join(', ')})`;
  const advice = devices.every(({ platform }) => platform === 'cpu')
    ? ` To let the CPU count as ${size}, set config.cpuDevices = ${size} before the first tensor is made, or start the ` +
      `program with DISTAFF_CPU_DEVICES=${size}; to run ${size} parts on one device, use vmap.`
    : ' Give each device a larger part; commonUtils.shard divides a batch by the devices.';
  throw new RangeError(`pmap: the arguments of ${name} have ${size} parts, and ${has}.${advice}`);
}

/** The axes of the arguments that are not static. */
function withoutStatics(axes: Axes, count: number, statics: ReadonlySet<number>): Axes {
  if (!Array.isArray(axes) || axes.length !== count) return axes;
  return axes.filter((_, i) => !statics.has(i));
}
