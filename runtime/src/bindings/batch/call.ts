import { type OpAttr, type TensorId, type TensorMetadata, TF_CONSTANTS as TF } from '../binding';
import { ConcretizationError } from '../concretization';
import type { BatchTensor, Level } from './level';

/** The outputs of one op for all examples. */
export type BatchRule = (call: BatchCall) => BatchTensor[];

/** Rules by TensorFlow op name. */
export type BatchRules = Readonly<Record<string, BatchRule>>;

/** One call of a TensorFlow op with at least one mapped input, as its batching rule reads it. */
export class BatchCall {
  constructor(
    readonly level: Level,
    readonly op: string,
    readonly attrs: readonly OpAttr[],
    readonly inputs: readonly BatchTensor[],
    readonly outputCount: number,
  ) {}

  get size(): number {
    return this.level.size;
  }

  input(index: number): BatchTensor {
    return this.inputs[index] as BatchTensor;
  }

  attr<T>(name: string, otherwise?: T): T {
    return (this.attrs.find((attr) => attr.name === name)?.value ?? otherwise) as T;
  }

  /** The attributes with some changed; new ones are added with their TF_ATTR_ type. */
  withAttrs(changes: Readonly<Record<string, readonly [type: number, value: unknown]>>): OpAttr[] {
    const kept = this.attrs.filter(({ name }) => !(name in changes));
    return [...kept, ...Object.entries(changes).map(([name, [type, value]]) => ({ name, type, value }))];
  }

  /** Runs an op of the binding below. */
  below(op: string, attrs: readonly OpAttr[], inputs: readonly TensorId[], count = 1): TensorMetadata[] {
    return this.level.below.executeOp(op, attrs, inputs, count);
  }

  /** This call's op below, with these inputs; each output has the mapped axis in front. */
  run(inputs: readonly TensorId[], attrs: readonly OpAttr[] = this.attrs): BatchTensor[] {
    return this.below(this.op, attrs, inputs, this.outputCount).map((output) => this.rows(output));
  }

  /** An output of the binding below, with an example in each row. */
  rows({ id, shape, dtype }: TensorMetadata): BatchTensor {
    return this.level.mapped(id, shape.slice(1), dtype);
  }

  /** A constant int32 vector of the binding below. */
  ints(values: readonly number[]): TensorId {
    return this.level.below.createTensor([values.length], TF.TF_INT32, Int32Array.from(values));
  }

  int(value: number): TensorId {
    return this.level.below.createTensor([], TF.TF_INT32, Int32Array.of(value));
  }

  /** The known values of an operand. */
  values(index: number, meaning: string): number[] {
    const { values, mapped } = this.input(index);
    if (values === undefined || mapped) {
      throw new ConcretizationError(`${this.op} inside vmap needs the values of its ${meaning}`);
    }
    return Array.from(values as ArrayLike<number>);
  }

  /** A tensor of the binding below in another shape. */
  reshape(id: TensorId, dtype: number, shape: readonly number[]): TensorId {
    const attrs = [
      { name: 'T', type: TF.TF_ATTR_TYPE, value: dtype },
      { name: 'Tshape', type: TF.TF_ATTR_TYPE, value: TF.TF_INT32 },
    ];
    return this.below('Reshape', attrs, [id, this.ints(shape)])[0]?.id as TensorId;
  }

  /** An input with an example in each row, also where all examples share it. */
  front(index: number): TensorId {
    const input = this.input(index);
    return input.mapped ? input.id : this.level.repeat(input);
  }

  /** An input such that it broadcasts, as examples of `rank` axes do: ones between the mapped axis and its own. */
  aligned(index: number, rank: number): TensorId {
    const { id, mapped, shape, dtype } = this.input(index);
    if (!mapped || shape.length === rank) return id;
    const ones = Array<number>(rank - shape.length).fill(1);
    return this.reshape(id, dtype, [this.size, ...ones, ...shape]);
  }
}
