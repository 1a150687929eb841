import { type TensorId, TF_CONSTANTS as TF } from '../../binding';
import type { BatchCall, BatchRule, BatchRules } from '../call';
import { loop } from '../loop';
import { shifted } from './reshaping';

const gather: BatchRule = (call) => {
  const [params, indices] = [call.input(0), call.input(1)];
  const [given = 0] = call.values(2, 'axis');
  const axis = given < 0 ? given + params.shape.length : given;
  const batchDims = call.attr<number>('batch_dims', 0);
  const batch = batchDims < 0 ? batchDims + indices.shape.length : batchDims;
  if (batch === 0 && !indices.mapped) return call.run([params.id, indices.id, call.int(axis + 1)]);
  if (batch === 0 && !params.mapped) {
    const [output] = call.below(call.op, call.attrs, [params.id, indices.id, call.int(axis)]);
    if (output === undefined) return [];
    // The examples are where the axis was.
    const order = [axis, ...output.shape.keys()].filter((place, i) => i === 0 || place !== axis);
    const attrs = [
      { name: 'T', type: TF.TF_ATTR_TYPE, value: output.dtype },
      { name: 'Tperm', type: TF.TF_ATTR_TYPE, value: TF.TF_INT32 },
    ];
    const [moved] = axis === 0 ? [output] : call.below('Transpose', attrs, [output.id, call.ints(order)]);
    return moved === undefined ? [] : [call.rows(moved)];
  }
  return call.run(
    [call.front(0), call.front(1), call.int(shifted(axis, params.shape.length))],
    call.withAttrs({ batch_dims: [TF.TF_ATTR_INT, batch + 1] }),
  );
};

/** Indices that point to their own example first. */
function withExample(call: BatchCall, index: number): TensorId {
  const { shape, dtype } = call.input(index);
  const own = call.front(index);
  const places = shape.slice(0, -1);
  const ones = places.map(() => 1);
  const type = (name: string, value: number) => ({ name, type: TF.TF_ATTR_TYPE, value });
  const numbers = call.level.below.createTensor(
    [call.size, ...ones, 1],
    dtype,
    Int32Array.from({ length: call.size }, (_, i) => i),
  );
  const attrs = [type('T', dtype), type('Tidx', TF.TF_INT32)];
  const examples = call.below('BroadcastTo', attrs, [numbers, call.ints([call.size, ...places, 1])])[0]?.id as TensorId;
  const joined = [type('T', dtype), type('Tidx', TF.TF_INT32), { name: 'N', type: TF.TF_ATTR_INT, value: 2 }];
  return call.below('ConcatV2', joined, [examples, own, call.int(places.length + 1)])[0]?.id as TensorId;
}

const int32Indices =
  (index: number, rule: BatchRule): BatchRule =>
  (call) =>
    call.input(index).dtype === TF.TF_INT32 ? rule(call) : loop(call);

const gatherNd: BatchRule = (call) => call.run([call.front(0), withExample(call, 1)]);

const scatterNd: BatchRule = (call) =>
  call.run([withExample(call, 0), call.front(1), call.ints([call.size, ...call.values(2, 'shape')])]);

const scatterUpdate: BatchRule = (call) => call.run([call.front(0), withExample(call, 1), call.front(2)]);

/** On and off are scalars that all examples share. */
const oneHot: BatchRule = (call) => {
  if (call.inputs.slice(1).some(({ mapped }) => mapped)) return loop(call);
  const axis = call.attr<number>('axis', -1);
  return call.run(
    [call.front(0), ...call.inputs.slice(1).map(({ id }) => id)],
    call.withAttrs({ axis: [TF.TF_ATTR_INT, axis < 0 ? axis : axis + 1] }),
  );
};

/** Parts of a tensor by their places. */
export const indexing: BatchRules = {
  GatherNd: int32Indices(1, gatherNd),
  GatherV2: gather,
  OneHot: oneHot,
  ScatterNd: int32Indices(0, scatterNd),
  TensorScatterUpdate: int32Indices(1, scatterUpdate),
};
