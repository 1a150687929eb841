/** Ops that cross from example to example along a mapped axis with a name (lax.psum and its kin). */
import { type OpAttr, type TensorId, TF_CONSTANTS as TF } from '../binding';
import type { BatchCall, BatchRules } from './call';
import type { BatchTensor, Level } from './level';

/** The attribute with the axis' name. */
export const AXIS = 'axis_name';

/** How one runs in the level whose axis it names. */
type Collective = (level: Level, x: BatchTensor, attrs: readonly OpAttr[]) => BatchTensor;

const extremum =
  (op: string): Collective =>
  (level, x) =>
    x.mapped ? level.shared(level.reduce(op, x), withoutValues(x)) : x;

const withoutValues = ({ shape, dtype }: BatchTensor) => ({ shape, dtype });

/** An op of the binding below. */
const below = (level: Level, op: string, attrs: readonly OpAttr[], inputs: readonly TensorId[]): TensorId =>
  level.below.executeOp(op, attrs, inputs, 1)[0]?.id as TensorId;

const type = (name: string, value: number): OpAttr => ({ name, type: TF.TF_ATTR_TYPE, value });

const ints = ({ below: binding }: Level, values: readonly number[]): TensorId =>
  binding.createTensor([values.length], TF.TF_INT32, Int32Array.from(values));

/** With the first two axes in the other order. */
function swapped(level: Level, id: TensorId, rank: number, dtype: number): TensorId {
  const order = [1, 0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2)];
  return below(level, 'Transpose', [type('T', dtype), type('Tperm', TF.TF_INT32)], [id, ints(level, order)]);
}

/** Each example's rows in the order of the examples they come from; -1 stands for zeros. */
function permuted(level: Level, x: BatchTensor, from: readonly number[]): TensorId {
  const T = type('T', x.dtype);
  let rows = level.toRows(x);
  if (from.includes(-1)) {
    const one = [1, ...x.shape];
    const index = { name: 'Index', type: TF.TF_ATTR_TYPE, value: TF.TF_INT32 };
    const begin = ints(level, Array(one.length).fill(0));
    const first = below(level, 'Slice', [T, index], [rows, begin, ints(level, one)]);
    const zeros = below(level, 'ZerosLike', [T], [first]);
    const count = { name: 'N', type: TF.TF_ATTR_INT, value: 2 };
    const axis = level.below.createTensor([], TF.TF_INT32, Int32Array.of(0));
    rows = below(level, 'ConcatV2', [count, T, type('Tidx', TF.TF_INT32)], [rows, zeros, axis]);
  }
  const places = from.map((source) => (source < 0 ? level.size : source));
  const attrs = [
    { name: 'batch_dims', type: TF.TF_ATTR_INT, value: 0 },
    type('Tparams', x.dtype),
    type('Tindices', TF.TF_INT32),
    type('Taxis', TF.TF_INT32),
  ];
  const axis = level.below.createTensor([], TF.TF_INT32, Int32Array.of(0));
  return below(level, 'GatherV2', attrs, [rows, ints(level, places), axis]);
}

export const collectives: Readonly<Record<string, Collective>> = {
  DistaffPsum: (level, x) => level.shared(level.sum(x), withoutValues(x)),
  DistaffPmax: extremum('Max'),
  DistaffPmin: extremum('Min'),

  /** All examples, one in each row, known to each of them. */
  DistaffAllGather: (level, x) => level.shared(level.toRows(x), { shape: [level.size, ...x.shape], dtype: x.dtype }),

  /** Each example gets its row of the sum. */
  DistaffPsumScatter: (level, x) => level.fromRows(level.sum(x), x.shape.slice(1), x.dtype),

  DistaffPpermute: (level, x, attrs) => {
    const from = attrs.find(({ name }) => name === 'from')?.value as readonly number[];
    return level.fromRows(permuted(level, x, from), x.shape, x.dtype);
  },

  /** Row i of example j becomes row j of example i. */
  DistaffAllToAll: (level, x) =>
    level.fromRows(swapped(level, level.toRows(x), x.shape.length + 1, x.dtype), x.shape, x.dtype),

  DistaffAxisIndex: (level) => level.fromRows(ints(level, [...Array(level.size).keys()]), [], TF.TF_INT32),
};

/** With the examples of this level in the second axis: the first is what the collective works on. */
const behind = (call: BatchCall): TensorId => {
  const { shape, dtype } = call.input(0);
  return swapped(call.level, call.front(0), shape.length + 1, dtype);
};

const inFront = (call: BatchCall, id: TensorId, shape: readonly number[]): BatchTensor =>
  call.level.mapped(swapped(call.level, id, shape.length + 1, call.input(0).dtype), shape, call.input(0).dtype);

/** Along the axis of a level around this one. */
const elsewhere = (call: BatchCall) => call.run([call.front(0)]);

/** Collectives along other axes than that of the level they are called in. */
export const ofOuterAxes: BatchRules = {
  DistaffPsum: elsewhere,
  DistaffPmax: elsewhere,
  DistaffPmin: elsewhere,
  DistaffPpermute: elsewhere,

  DistaffAllGather: (call) => {
    const [all] = call.below(call.op, call.attrs, [call.front(0)]);
    const [size = 0, , ...shape] = all?.shape ?? [];
    return [inFront(call, all?.id as TensorId, [size, ...shape])];
  },

  DistaffPsumScatter: (call) => call.run([behind(call)]),

  DistaffAllToAll: (call) => {
    const [moved] = call.below(call.op, call.attrs, [behind(call)]);
    return [inFront(call, moved?.id as TensorId, call.input(0).shape)];
  },
};
