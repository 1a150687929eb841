import { type DataId, engine, type Tensor } from '#tfjs';
import { type Aval, formatAval, sizeOf } from '../aval';
import {
  type BindingBackend,
  ownerOf,
  registerBindingBackend,
  type TensorData,
  ViewingBackend,
  ViewingStorage,
} from '../backend';
import { type Binding, type OpAttr, type TensorId, TF_CONSTANTS, type Values } from '../binding';
import { ConcretizationError, UnexpectedTracerError } from '../concretization';
import { traces } from '../stack';
import { type GraphTensor, LARGEST_OPERAND, type Trace } from './trace';

export const GRAPH_BACKEND = 'graph';

/** Tensors that are outputs of a trace's nodes: an op's execution is one more node. */
export const graphBinding: Binding = {
  ...TF_CONSTANTS,

  createTensor(shape: readonly number[], dtype: number, values: Values): TensorId {
    if (dtype === TF_CONSTANTS.TF_STRING) throw new TypeError('Inside jit there are no tensors of strings.');
    return currentTrace().constant(shape, dtype, values);
  },

  deleteTensor() {},

  tensorDataSync(id: TensorId): Values {
    const tensor = id as GraphTensor;
    if (tensor.values !== undefined) return tensor.values.slice();
    if (!traces.all.includes(tensor.trace)) throw new UnexpectedTracerError(tensor, 'jit');
    throw new ConcretizationError(`The value of a traced tensor ${formatAval(tensor)} was read`);
  },

  executeOp(op: string, attrs: readonly OpAttr[], inputs: readonly TensorId[]) {
    const trace = currentTrace();
    const outputs = trace.op(
      op,
      attrs,
      inputs.map((id) => ofTrace(trace, id as GraphTensor)),
    );
    return outputs.map((tensor) => ({ id: tensor, shape: [...tensor.shape], dtype: tensor.dtype }));
  },

  isUsingGpuDevice: () => false,

  getNumOfTensors: () => 0,
};

function currentTrace(): Trace {
  const { top } = traces;
  if (top === undefined) throw new Error('A tensor of a function that was traced is used outside of that function.');
  return top;
}

/** A tensor of an outer function as one of the function inside it. */
export function ofTrace(trace: Trace, tensor: GraphTensor): GraphTensor {
  if (tensor.trace === trace) return tensor;
  const { values, shape, dtype } = tensor;
  if (values !== undefined) return trace.constant(shape, dtype, values);
  if (!traces.all.includes(tensor.trace)) throw new UnexpectedTracerError(tensor, 'jit');
  return trace.capture(tensor, tensor);
}

class GraphStorage extends ViewingStorage {
  /** Each trace has its own view of what it captures. */
  override get(dataId: DataId): TensorData {
    return this.has(dataId) ? super.get(dataId) : this.viewer.view(dataId);
  }
}

/** The tensors that traces captured by their data, and hold. */
const held = new WeakMap<DataId, Tensor>();

export class GraphBackend extends ViewingBackend {
  protected override readonly makesAtOnce = true;

  constructor() {
    super(graphBinding, GRAPH_BACKEND);
    this.tensorMap = new GraphStorage(this);
  }

  override view(dataId: DataId): TensorData {
    const { shape, dtype, backend } = ownerOf(dataId);
    const tfDtype = this.getDTypeInteger(dtype);
    const aval: Aval = { shape, dtype: tfDtype };
    const data = (backend as unknown as BindingBackend).tensorMap.get(dataId);
    const trace = currentTrace();
    // What never was in TensorFlow's memory is a constant of the source: `tf.scalar(2)`.
    const id =
      data.values !== null && sizeOf(shape) <= LARGEST_OPERAND
        ? trace.constant(shape, tfDtype, data.values)
        : trace.capture(hold(dataId), aval);
    return { shape, dtype: tfDtype, id, values: null, refCount: 1 };
  }
}

/** A tensor over the data that stays when the user's own are disposed of. */
export function hold(dataId: DataId): Tensor {
  let tensor = held.get(dataId);
  if (tensor === undefined || tensor.isDisposed) {
    const { shape, dtype, backend } = ownerOf(dataId);
    backend.incRef(dataId);
    tensor = engine().makeTensorFromTensorInfo({ dataId, shape, dtype }) as Tensor;
    engine().keep(tensor);
    held.set(dataId, tensor);
  }
  return tensor;
}

registerBindingBackend(GRAPH_BACKEND, () => new GraphBackend());
