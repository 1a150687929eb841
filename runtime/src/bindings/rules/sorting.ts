import { formatAval } from '../aval';
import { TF_CONSTANTS as TF } from '../binding';
import { formatSize } from '../sizes';
import { REAL } from './dtypes';
import { dataDependent, result } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

/** Values and their places, along the last axis. */
const topK: ShapeRule = (call) => {
  const input = call.input(0, REAL);
  const count = call.value(1, 'k');
  const last = input.shape.length - 1;
  const whole = input.shape[last] ?? call.fail('a scalar has no axis to sort');
  if (count < 0 || count > whole) {
    call.fail(`${count} were asked for, the last axis has ${formatSize(whole)}`, formatAval(input));
  }
  const shape = input.shape.with(last, count);
  return [...result(shape, input.dtype), ...result(shape, call.int('index_type', TF.TF_INT32))];
};

/** Order, and what is there at all. */
export const sorting: ShapeRules = { TopKV2: topK, UniqueV2: dataDependent, Where: dataDependent };
