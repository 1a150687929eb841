import {
  type DataId,
  DataStorage,
  engine,
  getKernelsForBackend,
  NodeJSKernelBackend,
  registerBackend,
  registerKernel,
  type Tensor,
} from '#tfjs';
import type { Binding, TensorId, TensorMetadata, Values } from './binding';

/** What tfjs-node keeps of one data id: `values` until an op first needs them, then the binding's handle `id`. */
export interface TensorData {
  shape: number[];
  /** A TF_ dtype constant. */
  dtype: number;
  id: TensorId | null;
  values: Values | null;
  refCount: number;
}

/** tfjs-node's backend as its compiled form really is, with our handles for its numbers. */
interface KernelBackendOver {
  readonly binding: Binding;
  tensorMap: DataStorage<TensorData>;
  disposeData(dataId: DataId, force?: boolean): boolean;
  move(dataId: DataId, values: Values, shape: number[], dtype: string, refCount: number): void;
  getDTypeInteger(dtype: string): number;
  createOutputTensor(metadata: TensorMetadata): Tensor;
  incRef(dataId: DataId): void;
}

const Base = NodeJSKernelBackend as unknown as new (binding: Binding, name: string) => KernelBackendOver;

/**
 * Keeps what belongs to a data id on the id itself, not in a WeakMap as tfjs does: V8's minor collections take a WeakMap's
 * values for reachable, so that tensors which die young would stay until a major one.
 */
class TensorStorage extends DataStorage<TensorData> {
  readonly #entry = Symbol('distaff.tensorData');
  #count = 0;

  constructor(private readonly owner: KernelBackendOver) {
    super(owner as never, engine());
  }

  override get(dataId: DataId): TensorData {
    if (!this.has(dataId)) {
      ownerOf(dataId);
      engine().moveData(this.owner as never, dataId);
    }
    return this.#slots(dataId)[this.#entry] as TensorData;
  }

  override set(dataId: DataId, data: TensorData): void {
    this.#count++;
    this.#slots(dataId)[this.#entry] = data;
  }

  override has(dataId: DataId): boolean {
    return this.#slots(dataId)[this.#entry] !== undefined;
  }

  override delete(dataId: DataId): boolean {
    const had = this.has(dataId);
    if (had) this.#count--;
    this.#slots(dataId)[this.#entry] = undefined;
    return had;
  }

  override numDataIds(): number {
    return this.#count;
  }

  #slots(dataId: DataId) {
    return dataId as Record<symbol, TensorData | undefined>;
  }
}

/** tfjs-node's kernels over any binding. */
export class BindingBackend extends Base {
  constructor(binding: Binding, name: string) {
    super(binding, name);
    this.tensorMap = new TensorStorage(this);
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.tensorMap.has(dataId)) return true;
    const data = this.tensorMap.get(dataId);
    data.refCount--;
    if (!force && data.refCount > 0) return false;
    if (data.id !== null) this.binding.deleteTensor(data.id);
    this.tensorMap.delete(dataId);
    return true;
  }

  override move(dataId: DataId, values: Values, shape: number[], dtype: string, refCount: number): void {
    this.tensorMap.set(dataId, { shape, dtype: this.getDTypeInteger(dtype), values, id: null, refCount });
  }
}

/** Makes an entry for a data id of another backend instead of moving its values here. */
export class ViewingStorage extends TensorStorage {
  constructor(protected readonly viewer: ViewingBackend) {
    super(viewer);
  }

  override get(dataId: DataId): TensorData {
    if (!this.has(dataId)) {
      this.set(dataId, this.viewer.view(dataId));
    }
    return super.get(dataId);
  }
}

/** On a data id: why its tensors are gone, where it was not the user who disposed of them. */
const WHY_GONE = Symbol('distaff.whyGone');

const DISPOSED =
  'A disposed tensor was used. Leave out the dispose or tidy that freed it: what nothing refers to is freed anyway.';

/** What is said of a later use of this data, whose tensors were disposed of. */
export function explainGone(dataId: DataId, message: string): void {
  (dataId as { [WHY_GONE]?: string })[WHY_GONE] = message;
}

export function ownerOf(dataId: DataId) {
  const info = engine().state.tensorInfo.get(dataId);
  if (info === undefined) throw new Error((dataId as { [WHY_GONE]?: string })[WHY_GONE] ?? DISPOSED);
  return info;
}

/**
 * A backend that looks at other backends' tensors without moving them: an op over a real parameter and an abstract
 * activation sees the parameter's shape and leaves its values where they are.
 */
export class ViewingBackend extends BindingBackend {
  /** Values go where they are made: what uses them first may be inside of something that ends before. */
  protected readonly makesAtOnce: boolean = false;

  constructor(binding: Binding, name: string) {
    super(binding, name);
    this.tensorMap = new ViewingStorage(this);
  }

  override move(dataId: DataId, values: Values, shape: number[], dtype: string, refCount: number): void {
    if (!this.makesAtOnce) {
      super.move(dataId, values, shape, dtype, refCount);
      return;
    }
    const tfDtype = this.getDTypeInteger(dtype);
    const id = this.binding.createTensor(shape, tfDtype, values);
    this.tensorMap.set(dataId, { shape, dtype: tfDtype, values: null, id, refCount });
  }

  /** What this backend sees of another one's data. */
  view(dataId: DataId): TensorData {
    const { shape, dtype } = ownerOf(dataId);
    const tfDtype = this.getDTypeInteger(dtype);
    const id = this.binding.createTensor(shape, tfDtype, new Float32Array(0));
    return { shape, dtype: tfDtype, id, values: null, refCount: 1 };
  }

  /** An alias of a viewed tensor is one more reference to it where it lives. */
  override incRef(dataId: DataId): void {
    const { backend } = ownerOf(dataId);
    if ((backend as unknown) === this) super.incRef(dataId);
    else backend.incRef(dataId);
  }
}

/** tfjs-node registers its kernels for this backend name and asks this backend for the TF_ constants. */
export const NATIVE_BACKEND = 'tensorflow';

/** Registers `make`'s backend under `name` with all of tfjs-node's kernels. */
export function registerBindingBackend(name: string, make: () => BindingBackend): void {
  registerBackend(name, make as never, name === NATIVE_BACKEND ? 3 : 0);
  if (name === NATIVE_BACKEND) return;
  for (const kernel of getKernelsForBackend(NATIVE_BACKEND)) registerKernel({ ...kernel, backendName: name });
}
