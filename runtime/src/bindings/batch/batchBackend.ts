import type { DataId } from '#tfjs';
import { ownerOf, registerBindingBackend, type TensorData, ViewingBackend, ViewingStorage } from '../backend';
import { type Binding, TF_CONSTANTS } from '../binding';
import { levels } from '../stack';
import type { BatchTensor, Level } from './level';

export const BATCH_BACKEND = 'batch';

function innermost(): Level {
  const { top } = levels;
  if (top === undefined) throw new Error('A tensor of one example is used outside of the function that vmap mapped.');
  return top;
}

class BatchStorage extends ViewingStorage {
  /** What was made inside of some vmap. */
  own(dataId: DataId): (TensorData & { id: BatchTensor }) | undefined {
    return this.has(dataId) ? (super.get(dataId) as TensorData & { id: BatchTensor }) : undefined;
  }

  /** Each level sees outer tensors its own way. */
  override get(dataId: DataId): TensorData {
    return this.own(dataId)?.id.level === innermost() ? super.get(dataId) : this.viewer.view(dataId);
  }
}

/** The binding of the innermost vmap. */
const currentBinding: Binding = {
  ...TF_CONSTANTS,
  createTensor: (...args) => innermost().binding.createTensor(...args),
  deleteTensor() {},
  tensorDataSync: (id) => innermost().binding.tensorDataSync(id),
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
