import type { DataId } from '#tfjs';
import { ownerOf, registerBindingBackend, type TensorData, ViewingBackend, ViewingStorage } from '../backend';
import { type Binding, type TensorId, TF_CONSTANTS } from '../binding';
import { UnexpectedTracerError } from '../concretization';
import { levels } from '../stack';
import type { BatchTensor, Level } from './level';

export const BATCH_BACKEND = 'batch';

function innermost(): Level {
  const { top } = levels;
  if (top === undefined) throw new Error('A tensor of one example is used outside of the function that vmap mapped.');
  return top;
}

/** On a data id: the vmap that it is of, also after its tensor is gone, which may be before the way back. */
const LEVEL = Symbol('distaff.level');

class BatchStorage extends ViewingStorage {
  override set(dataId: DataId, data: TensorData): void {
    super.set(dataId, data);
    (dataId as { [LEVEL]?: Level })[LEVEL] = (data.id as BatchTensor).level;
  }

  /** What was made inside of some vmap. */
  own(dataId: DataId): (TensorData & { id: BatchTensor }) | undefined {
    return this.has(dataId) ? (super.get(dataId) as TensorData & { id: BatchTensor }) : undefined;
  }

  /** Each level sees outer tensors its own way. */
  override get(dataId: DataId): TensorData {
    const own = this.own(dataId);
    if (own !== undefined && levels.top === undefined) throw new UnexpectedTracerError(own.id, 'vmap');
    return own?.id.level === innermost() ? super.get(dataId) : this.viewer.view(dataId);
  }
}

/** The binding of the innermost vmap. */
const currentBinding: Binding = {
  ...TF_CONSTANTS,
  createTensor: (...args) => innermost().binding.createTensor(...args),
  deleteTensor() {},
  tensorDataSync(id: TensorId) {
    if (levels.top === undefined) throw new UnexpectedTracerError(id as BatchTensor, 'vmap');
    return levels.top.binding.tensorDataSync(id);
  },
  executeOp: (...args) => innermost().binding.executeOp(...args),
  isUsingGpuDevice: () => false,
  getNumOfTensors: () => 0,
};

export class BatchBackend extends ViewingBackend {
  protected override readonly makesAtOnce = true;
  readonly #storage: BatchStorage;

  constructor() {
    super(currentBinding, BATCH_BACKEND);
    this.#storage = new BatchStorage(this);
    this.tensorMap = this.#storage;
  }

  /** The vmap inside of which this data was made. */
  levelOf(dataId: DataId): Level | undefined {
    return (dataId as { [LEVEL]?: Level })[LEVEL];
  }

  /** The tensor of one example that has this data; undefined for others. */
  own(dataId: DataId): BatchTensor | undefined {
    return this.#storage.own(dataId)?.id;
  }

  override view(dataId: DataId): TensorData {
    const tensor = innermost().view(dataId, (id) => this.own(id));
    return { shape: [...tensor.shape], dtype: tensor.dtype, id: tensor, values: null, refCount: 1 };
  }

  override incRef(dataId: DataId): void {
    const data = this.#storage.own(dataId);
    if (data === undefined) ownerOf(dataId).backend.incRef(dataId);
    else data.refCount++;
  }

  /** What is below is the collector's. */
  override disposeData(dataId: DataId, force = false): boolean {
    const data = this.#storage.own(dataId);
    if (data === undefined) return true;
    data.refCount--;
    if (data.refCount > 0 && !force) return false;
    return this.#storage.delete(dataId);
  }
}

registerBindingBackend(BATCH_BACKEND, () => new BatchBackend());
