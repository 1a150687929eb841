/** One pmap that is running: an example on each device. */
import type { BindingBackend } from '../backend';
import { type Binding, type OpAttr, type TensorId, TF_CONSTANTS as TF } from '../binding';
import { traces } from '../stack';
import { type BatchTensor, Level } from './level';

/** The tensors that a mapped tensor is on the devices, in their order. */
class Shards {
  constructor(readonly ids: readonly TensorId[]) {}
}

/** Each op runs once for each device, on it. What all share is computed on the first. */
export class DeviceLevel extends Level {
  constructor(
    /** Their names, `/device:CPU:1`; a single one is wherever TensorFlow runs. */
    private readonly devices: readonly string[],
    below: Binding,
    outer: Level | undefined,
    base: BindingBackend,
    baseName: string,
    axisName?: string,
  ) {
    super(devices.length, below, outer, base, baseName, axisName, 'pmap');
  }

  override fromRows(id: TensorId, shape: readonly number[], dtype: number): BatchTensor {
    const attrs = [type('T', dtype), int('num', this.size), int('axis', 0)];
    const rows = this.below.executeOp('Unpack', attrs, [id], this.size);
    return this.mapped(new Shards(rows.map((row) => row.id)), shape, dtype);
  }

  override toRows(tensor: BatchTensor): TensorId {
    if (!tensor.mapped) return this.repeat(tensor);
    const attrs = [type('T', tensor.dtype), int('N', this.size), int('axis', 0)];
    return this.onFirst(() => this.below.executeOp('Pack', attrs, shardsOf(tensor), 1)[0]?.id as TensorId);
  }

  override sum(tensor: BatchTensor): TensorId {
    if (!tensor.mapped) return super.sum(tensor);
    const attrs = [type('T', tensor.dtype), int('N', this.size)];
    return this.onFirst(() => this.below.executeOp('AddN', attrs, shardsOf(tensor), 1)[0]?.id as TensorId);
  }

  protected override executeMapped(
    op: string,
    attrs: readonly OpAttr[],
    inputs: readonly BatchTensor[],
    count: number,
  ): BatchTensor[] {
    const results = this.devices.map((_, device) =>
      this.on(device, () =>
        this.below.executeOp(
          op,
          attrs,
          inputs.map((input) => this.onDevice(device, input)),
          count,
        ),
      ),
    );
    const [first = []] = results;
    return first.map(({ shape, dtype }, output) => {
      const shards = new Shards(results.map((made) => made[output]?.id as TensorId));
      return this.mapped(shards, shape, dtype);
    });
  }

  protected override executeShared(
    op: string,
    attrs: readonly OpAttr[],
    inputs: readonly BatchTensor[],
    count: number,
  ): BatchTensor[] {
    return this.onFirst(() => super.executeShared(op, attrs, inputs, count));
  }

  /** A device's own part, and its own copy of a small constant. */
  private onDevice(device: number, tensor: BatchTensor): TensorId {
    const { mapped, values, shape, dtype, id } = tensor;
    if (mapped) return shardsOf(tensor)[device] as TensorId;
    return values === undefined || device === 0 ? id : this.below.createTensor(shape, dtype, values);
  }

  private onFirst<T>(fn: () => T): T {
    return this.on(0, fn);
  }

  private on<T>(device: number, fn: () => T): T {
    const trace = traces.top;
    return trace === undefined || this.size === 1 ? fn() : trace.onDevice(this.devices[device] as string, fn);
  }
}

const shardsOf = ({ id }: BatchTensor): readonly TensorId[] => (id as Shards).ids;
const type = (name: string, value: number): OpAttr => ({ name, type: TF.TF_ATTR_TYPE, value });
const int = (name: string, value: number): OpAttr => ({ name, type: TF.TF_ATTR_INT, value });
