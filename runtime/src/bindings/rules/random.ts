import { REAL } from './dtypes';
import { result } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

/** Logits [batch, classes] give [batch, samples]. */
const multinomial: ShapeRule = (call) => {
  const { shape } = call.inputOf(['batch', 'classes'], 0, REAL);
  const samples = call.value(1, 'number of samples');
  if (samples < 0) call.fail(`${samples} samples were asked for`);
  return result([shape[0] ?? 0, samples], call.dtype('output_dtype'));
};

/** Samples. */
export const random: ShapeRules = { Multinomial: multinomial };
