/** One vmap that is running: tensors that hide a mapped axis, over the binding that runs outside of it. */
import type { DataId } from '#tfjs';
import { type Aval, formatAval } from '../aval';
import { type BindingBackend, ownerOf } from '../backend';
import { type Binding, type OpAttr, type TensorId, type TensorMetadata, TF_CONSTANTS, type Values } from '../binding';
import { ConcretizationError, UnexpectedTracerError } from '../concretization';
import { inferShapes } from '../rules/index';
import { ShapeError } from '../rules/rule';
import { BatchCall } from './call';
import { AXIS, collectives } from './collectives';
import { loop } from './loop';
import { batchRules } from './rules/index';

/** A tensor of one example. */
export interface BatchTensor extends Aval {
  readonly level: Level;
  /** In the binding below: with the mapped axis in front where it is mapped, as it is where all examples share it. */
  readonly id: TensorId;
  readonly mapped: boolean;
}

/** The most elements of a constant whose values stay known. */
const LARGEST_OPERAND = 1024;

export class Level {
  readonly binding: Binding;

  constructor(
    /** The mapped axis' size. */
    readonly size: number,
    /** What runs outside of this vmap. */
    readonly below: Binding,
    /** The vmap around this one, if it is in one. */
    readonly outer: Level | undefined,
    /** The backend of the outermost vmap's surroundings. */
    readonly base: BindingBackend,
    readonly baseName: string,
    /** What collectives call the mapped axis. */
    readonly axisName?: string,
    /** 'vmap' or 'pmap'. */
    readonly transform = 'vmap',
  ) {
    this.binding = {
      ...TF_CONSTANTS,
      createTensor: (shape: readonly number[], dtype: number, values: Values) => this.constant(shape, dtype, values),
      deleteTensor() {},
      tensorDataSync: (id: TensorId) => this.read(id as BatchTensor),
      executeOp: (op, attrs, inputs, count) => this.execute(op, attrs, inputs as BatchTensor[], count),
      isUsingGpuDevice: () => below.isUsingGpuDevice(),
      getNumOfTensors: () => 0,
    };
  }

  /** A tensor that all examples share. */
  shared(id: TensorId, { shape, dtype, values }: Aval): BatchTensor {
    return { level: this, id, mapped: false, shape, dtype, ...(values && { values }) };
  }

  /** A tensor of one example, out of one of the binding below with an example in each row; `shape` is the example's. */
  fromRows(id: TensorId, shape: readonly number[], dtype: number): BatchTensor {
    return this.mapped(id, shape, dtype);
  }

  /** A tensor of the binding below with an example in each row. */
  toRows(tensor: BatchTensor): TensorId {
    return tensor.mapped ? tensor.id : this.repeat(tensor);
  }

  /** The tensor of one example that is `id` of the binding below, in this level's own form. */
  mapped(id: TensorId, shape: readonly number[], dtype: number): BatchTensor {
    return { level: this, id, mapped: true, shape, dtype };
  }

  /** What this level sees of data that was made outside of it. */
  view(dataId: DataId, own: (dataId: DataId) => TensorId | undefined): BatchTensor {
    const { shape, dtype } = ownerOf(dataId);
    const aval = { shape, dtype: this.base.getDTypeInteger(dtype) };
    const found = own(dataId) as BatchTensor | undefined;
    if (found !== undefined) return this.ofOuter(found);
    if (this.outer !== undefined) return this.shared(this.outer.view(dataId, own), aval);
    const tensor = { dataId, shape, dtype } as never;
    const ids = (this.base as unknown as { getInputTensorIds(tensors: never[]): TensorId[] }).getInputTensorIds([
      tensor,
    ]);
    return this.shared(ids[0] as TensorId, aval);
  }

  private ofOuter(tensor: BatchTensor): BatchTensor {
    if (tensor.level === this) return tensor;
    if (this.outer === undefined) throw new UnexpectedTracerError(tensor, 'vmap');
    return this.shared(this.outer.ofOuter(tensor), tensor);
  }

  /** A shared tensor with a row for each example. */
  repeat({ id, shape, dtype }: BatchTensor): TensorId {
    const attrs = [type('T', dtype), type('Tidx', TF_CONSTANTS.TF_INT32)];
    return this.below.executeOp('BroadcastTo', attrs, [id, this.ints([this.size, ...shape])], 1)[0]?.id as TensorId;
  }

  /** The sum over all examples. */
  sum(tensor: BatchTensor): TensorId {
    return tensor.mapped ? this.reduce('Sum', tensor) : this.times(tensor, this.size);
  }

  /** Over the examples: 'Sum', 'Max', 'Min'. */
  reduce(op: string, tensor: BatchTensor): TensorId {
    const attrs = [
      { name: 'keep_dims', type: TF_CONSTANTS.TF_ATTR_BOOL, value: false },
      type('T', tensor.dtype),
      type('Tidx', TF_CONSTANTS.TF_INT32),
    ];
    return this.below.executeOp(op, attrs, [this.toRows(tensor), this.ints([0])], 1)[0]?.id as TensorId;
  }

  private times({ id, dtype }: BatchTensor, factor: number): TensorId {
    const values = dtype === TF_CONSTANTS.TF_INT32 ? Int32Array.of(factor) : Float32Array.of(factor);
    const number = this.below.createTensor([], dtype, values);
    return this.below.executeOp('Mul', [type('T', dtype)], [id, number], 1)[0]?.id as TensorId;
  }

  protected ints(values: readonly number[]): TensorId {
    return this.below.createTensor([values.length], TF_CONSTANTS.TF_INT32, Int32Array.from(values));
  }

  private constant(shape: readonly number[], dtype: number, values: Values): BatchTensor {
    const id = this.below.createTensor(shape, dtype, values);
    const isKnown = values.length <= LARGEST_OPERAND;
    return this.shared(id, { shape, dtype, ...(isKnown && { values: values.slice() as Values }) });
  }

  private read(tensor: BatchTensor): Values {
    const { id, mapped, values } = tensor;
    if (values !== undefined) return values.slice();
    if (!mapped) return this.below.tensorDataSync(id);
    throw new ConcretizationError(
      `The value of ${formatAval(tensor)} was read inside ${this.transform}, where it stands for ${this.size} examples`,
    );
  }

  private execute(
    op: string,
    attrs: readonly OpAttr[],
    inputs: readonly BatchTensor[],
    count: number,
  ): TensorMetadata[] {
    try {
      const outputs = this.collective(op, attrs, inputs) ?? this.executeOn(op, attrs, inputs, count);
      return outputs.map((tensor) => ({ id: tensor, shape: [...tensor.shape], dtype: tensor.dtype }));
    } catch (error) {
      throw ofOneExample(error, op, attrs, inputs);
    }
  }

  /** What crosses from example to example along this level's axis; undefined for other ops. */
  private collective(op: string, attrs: readonly OpAttr[], inputs: readonly BatchTensor[]): BatchTensor[] | undefined {
    const rule = collectives[op];
    if (rule === undefined || attrs.find(({ name }) => name === AXIS)?.value !== this.axisName) return undefined;
    return [rule(this, inputs[0] as BatchTensor, attrs)];
  }

  private executeOn(op: string, attrs: readonly OpAttr[], inputs: readonly BatchTensor[], count: number) {
    if (inputs.some(({ mapped }) => mapped)) return this.executeMapped(op, attrs, inputs, count);
    return this.executeShared(op, attrs, inputs, count);
  }

  /** An op for all examples. */
  protected executeMapped(
    op: string,
    attrs: readonly OpAttr[],
    inputs: readonly BatchTensor[],
    count: number,
  ): BatchTensor[] {
    return (batchRules[op] ?? loop)(new BatchCall(this, op, attrs, inputs, count));
  }

  /** An op whose inputs all examples share. */
  protected executeShared(
    op: string,
    attrs: readonly OpAttr[],
    inputs: readonly BatchTensor[],
    count: number,
  ): BatchTensor[] {
    const ids = inputs.map(({ id }) => id);
    return this.below.executeOp(op, attrs, ids, count).map((output) => this.shared(output.id, output));
  }
}

const type = (name: string, value: number): OpAttr => ({ name, type: TF_CONSTANTS.TF_ATTR_TYPE, value });

/** TensorFlow tells the shapes of all examples together; the user has written the function for one. */
function ofOneExample(error: unknown, op: string, attrs: readonly OpAttr[], inputs: readonly Aval[]): unknown {
  try {
    inferShapes(op, inputs, attrs);
  } catch (wrong) {
    if (wrong instanceof ShapeError) return wrong;
  }
  return error;
}
