import { TF_CONSTANTS as TF } from '../../binding';
import type { BatchCall, BatchRule, BatchRules } from '../call';
import { loop } from '../loop';

/** Each example from its own beginning is a case for each by itself. */
const withKnown =
  (operands: readonly number[], rule: BatchRule): BatchRule =>
  (call) =>
    operands.every((i) => !call.input(i).mapped && call.input(i).values !== undefined) ? rule(call) : loop(call);

const slice: BatchRule = (call) =>
  call.run([
    call.front(0),
    call.ints([0, ...call.values(1, 'begin')]),
    call.ints([call.size, ...call.values(2, 'size')]),
  ]);

/** One more range in front, which takes all examples. */
function ranges(call: BatchCall, first: number) {
  const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];
  const moved = masks.map((name) => {
    const mask = (call.attr(name, 0) << 1) | (name === 'begin_mask' || name === 'end_mask' ? 1 : 0);
    return [name, [TF.TF_ATTR_INT, mask]] as const;
  });
  const operands = [
    call.ints([0, ...call.values(first, 'begin')]),
    call.ints([0, ...call.values(first + 1, 'end')]),
    call.ints([1, ...call.values(first + 2, 'strides')]),
  ];
  return { operands, attrs: call.withAttrs(Object.fromEntries(moved)) };
}

const stridedSlice: BatchRule = (call) => {
  const { operands, attrs } = ranges(call, 1);
  return call.run([call.front(0), ...operands], attrs);
};

const stridedUpdate: BatchRule = (call) => {
  const { operands, attrs } = ranges(call, 1);
  const update = call.input(4);
  // A smaller update broadcasts to the slice, whose rank is not known here.
  if (update.shape.length < call.input(0).shape.length) return loop(call);
  return call.run([call.front(0), ...operands, call.front(4)], attrs);
};

const pad: BatchRule = (call) => {
  const paddings = [0, 0, ...call.values(1, 'paddings')];
  const both = call.level.below.createTensor([paddings.length / 2, 2], TF.TF_INT32, Int32Array.from(paddings));
  if (call.inputs[2]?.mapped) return loop(call);
  return call.run([call.front(0), both, ...call.inputs.slice(2).map(({ id }) => id)]);
};

/** Parts of a tensor by ranges, and room around it. */
export const slicing: BatchRules = {
  MirrorPad: withKnown([1], pad),
  PadV2: withKnown([1], pad),
  Slice: withKnown([1, 2], slice),
  StridedSlice: withKnown([1, 2, 3], stridedSlice),
  TensorStridedSliceUpdate: withKnown([1, 2, 3], stridedUpdate),
};
