import { formatAval } from '../aval';
import { formatSize } from '../sizes';
import { result } from './makers';
import { type OpCall, operands } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

/** A size of -1 takes what is left. Where the slice begins may be known only when it runs. */
const slice: ShapeRule = (call) => {
  const input = call.input(0);
  const rank = input.shape.length;
  const size = call.values(2, 'size');
  const begin = size.includes(-1) || call.known(1) ? call.values(1, 'begin') : undefined;
  const places = begin?.length ?? call.input(1).shape[0];
  if (places !== rank || size.length !== rank) call.fail(`begin and size must have ${rank} values each`);
  const shape = input.shape.map((whole, axis) => {
    const from = begin?.[axis] ?? 0;
    const taken = size[axis] === -1 ? whole - from : (size[axis] ?? 0);
    if (from < 0 || from > whole || taken < 0 || taken > whole - from) {
      const end = formatSize(from + taken);
      call.fail(`${from} to ${end} is outside axis ${axis} of ${formatSize(whole)}`, formatAval(input));
    }
    return taken;
  });
  return result(shape, input.dtype);
};

/** The tensor with another part; where that begins and ends may be known only when it runs. */
const sliceUpdate: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0);
  const value = call.inputLike(call.input(0), 4);
  for (const index of [1, 2, 3]) {
    if (call.inputOf(['axes'], index).shape[0] !== shape.length) call.fail(`its places must be ${shape.length} each`);
  }
  if (value.shape.length !== shape.length || value.shape.some((size, axis) => size > (shape[axis] ?? 0))) {
    call.fail('the new part is larger than the whole', operands([call.input(0), value], ' and '));
  }
  return result(shape, dtype);
};

/** One axis of a strided slice: `begin` and `end` are undefined where their mask says so. */
interface Range {
  readonly begin: number | undefined;
  readonly end: number | undefined;
  readonly stride: number;
  /** An index rather than a range: the axis goes. */
  readonly index: boolean;
}

/** `ValidateStridedSliceOp` (tensorflow/core/util/strided_slice_op.cc): NumPy's `x[1:3, ..., newaxis, ::-1, 0]`. */
const stridedSlice: ShapeRule = (call) => {
  const input = call.input(0);
  const begin = call.values(1, 'begin');
  const end = call.values(2, 'end');
  const strides = call.values(3, 'strides');
  const masked = (name: string, i: number) => (call.int(name, 0) & (1 << i)) !== 0;

  const given = begin.length;
  if (end.length !== given || strides.length !== given) call.fail('begin, end and strides must have as many values');
  const ellipsis = begin.findIndex((_, i) => masked('ellipsis_mask', i));
  if (begin.some((_, i) => i > ellipsis && ellipsis >= 0 && masked('ellipsis_mask', i))) call.fail('two ellipses');
  const isNew = (i: number) => i !== ellipsis && masked('new_axis_mask', i);
  const named = begin.filter((_, i) => i !== ellipsis && !isNew(i)).length;
  const skipped = input.shape.length - named;
  if (skipped < 0) call.fail(`${named} axes are sliced`, formatAval(input));

  const shape: number[] = [];
  let axis = 0;
  const keep = (count: number) => {
    for (let i = 0; i < count; i++) shape.push(input.shape[axis++] ?? 0);
  };
  for (let i = 0; i < given; i++) {
    if (i === ellipsis) keep(skipped);
    else if (isNew(i)) shape.push(1);
    else {
      const range = {
        begin: masked('begin_mask', i) ? undefined : begin[i],
        end: masked('end_mask', i) ? undefined : end[i],
        stride: strides[i] ?? 1,
        index: masked('shrink_axis_mask', i),
      };
      shape.push(...rangeSize(call, range, input.shape[axis] ?? 0, axis));
      axis++;
    }
  }
  if (ellipsis < 0) keep(skipped);
  return result(shape, input.dtype);
};

/** The size that is left of an axis, none where it goes. */
function rangeSize(call: OpCall, { begin, end, stride, index }: Range, whole: number, axis: number): number[] {
  if (stride === 0) call.fail(`the stride of axis ${axis} is 0`);
  const fromEnd = (place: number) => (place < 0 ? whole + place : place);
  if (index) {
    if (stride < 0) call.fail(`axis ${axis} is indexed with the stride ${stride}`);
    const place = fromEnd(begin ?? 0);
    if (place < 0 || place >= whole) call.fail(`${begin} is outside axis ${axis} of ${formatSize(whole)}`);
    return [];
  }
  const [first, last] = stride > 0 ? [0, whole] : [-1, whole - 1];
  const clamp = (place: number) => Math.min(Math.max(fromEnd(place), first), last);
  const from = begin === undefined ? (stride > 0 ? first : last) : clamp(begin);
  const to = end === undefined ? (stride > 0 ? last : first) : clamp(end);
  return [Math.max(0, Math.ceil((to - from) / stride))];
}

/** Parts of one tensor. */
export const slicing: ShapeRules = {
  Slice: slice,
  StridedSlice: stridedSlice,
  TensorStridedSliceUpdate: sliceUpdate,
};
