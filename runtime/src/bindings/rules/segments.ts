import { formatAval } from '../aval';
import { INTEGER, NUMBER, REAL } from './dtypes';
import { result, sameShape } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

/** Rows are reduced by their segment; the ids' axes become one axis of segments. */
const segmentReduction: ShapeRule = (call) => {
  const data = call.input(0, NUMBER);
  const ids = call.input(1, INTEGER);
  const count = call.value(2, 'number of segments');
  const rank = ids.shape.length;
  if (!sameShape(ids.shape, data.shape.slice(0, rank))) call.fail('the ids need the shape of the first axes');
  if (count < 0) call.fail(`${count} segments were asked for`);
  return result([count, ...data.shape.slice(rank)], data.dtype);
};

/** Weights are as many as the values, or none. */
const binCount: ShapeRule = (call) => {
  const values = call.input(0, INTEGER);
  const size = call.value(1, 'size');
  const weights = call.input(2, REAL);
  if (size < 0) call.fail(`its size is ${size}`);
  if (!sameShape(weights.shape, [0]) && !sameShape(weights.shape, values.shape)) {
    call.fail(`the weights ${formatAval(weights)} do not fit the values`, formatAval(values));
  }
  return result([size], weights.dtype);
};

/** Sums by an index. */
export const segments: ShapeRules = {
  Bincount: binCount,
  UnsortedSegmentMax: segmentReduction,
  UnsortedSegmentMin: segmentReduction,
  UnsortedSegmentProd: segmentReduction,
  UnsortedSegmentSum: segmentReduction,
};
