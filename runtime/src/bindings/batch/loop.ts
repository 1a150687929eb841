import { type TensorId, TF_CONSTANTS as TF } from '../binding';
import type { BatchRule } from './call';
import type { BatchTensor } from './level';

/** What is right for every op: each example by itself, then all together. */
export const loop: BatchRule = (call) => {
  const rows = call.inputs.map(({ id, mapped, dtype }) => {
    if (!mapped) return Array<TensorId>(call.size).fill(id);
    const attrs = [
      { name: 'T', type: TF.TF_ATTR_TYPE, value: dtype },
      { name: 'num', type: TF.TF_ATTR_INT, value: call.size },
      { name: 'axis', type: TF.TF_ATTR_INT, value: 0 },
    ];
    return call.below('Unpack', attrs, [id], call.size).map((row) => row.id);
  });
  const results = Array.from({ length: call.size }, (_, example) =>
    call.below(
      call.op,
      call.attrs,
      rows.map((row) => row[example] as TensorId),
      call.outputCount,
    ),
  );
  const [first = []] = results;
  return first.map(({ dtype }, output): BatchTensor => {
    const attrs = [
      { name: 'T', type: TF.TF_ATTR_TYPE, value: dtype },
      { name: 'N', type: TF.TF_ATTR_INT, value: call.size },
      { name: 'axis', type: TF.TF_ATTR_INT, value: 0 },
    ];
    const all = results.map((row) => row[output]?.id as TensorId);
    const [packed] = call.below('Pack', attrs, all);
    if (packed === undefined) throw new Error(`${call.op}: no output`);
    return call.rows(packed);
  });
};
