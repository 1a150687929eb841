import { inspect } from 'node:util';
import type { TensorId, Values } from './binding';

/** A new tensor as the addon gives it: its number, or the group that owns it if that is new. */
export type NewTensor = number | object;

/** What the addon (runtime/native) exports for tensors. */
export interface TensorAddon {
  /** What the last new tensor is; the METADATA constants say where. */
  readonly metadata: Int32Array;
  /** The group of small tensors that is not full yet; kept here for all that use this addon. */
  sharedGroup?: object;
  createTensor(shape: readonly number[], dtype: number, values: Values): NewTensor;
  deleteTensor(tensor: number): void;
  tensorDataSync(tensor: number): Values;
}

/** Where things stand in `metadata`; the shape follows. */
export const METADATA = { NUMBER: 0, SHARED: 1, DTYPE: 2, RANK: 3, SHAPE: 4 } as const;

/** The native binding's id of a tensor. The addon frees a group's tensors when nothing holds the group. */
class NativeTensor {
  constructor(
    readonly number: number,
    readonly group: object,
  ) {}
}

/** The ids of an addon's tensors. */
export function tensorIds(addon: TensorAddon) {
  const { metadata } = addon;
  return {
    /** The id of a new tensor, of which `about` is what `metadata` says. */
    identify(tensor: NewTensor, about: ArrayLike<number> = metadata): TensorId {
      if (typeof tensor === 'number') return new NativeTensor(tensor, addon.sharedGroup as object);
      if (about[METADATA.SHARED] === 1) addon.sharedGroup = tensor;
      return new NativeTensor(about[METADATA.NUMBER] as number, tensor);
    },

    /** The addon's number of a tensor. */
    numberOf(id: TensorId, where: string): number {
      if (id instanceof NativeTensor) return id.number;
      throw new TypeError(`${where}: expected a tensor of the native binding, got ${inspect(id, { depth: 0 })}.`);
    },
  };
}
