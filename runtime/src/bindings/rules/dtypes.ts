import { formatDtype } from '../aval';
import { TF_CONSTANTS as TF } from '../binding';

/** The dtypes an operand may have, of those that tfjs has; undefined for any. */
export type Dtypes = readonly number[] | undefined;

export const ANY = undefined;
export const BOOL: readonly number[] = [TF.TF_BOOL];
export const STRING: readonly number[] = [TF.TF_STRING];
export const INTEGER: readonly number[] = [TF.TF_INT32, TF.TF_INT64];
export const FLOATING: readonly number[] = [TF.TF_FLOAT];
export const COMPLEX: readonly number[] = [TF.TF_COMPLEX64];
/** What has derivatives. */
export const INEXACT: readonly number[] = [TF.TF_FLOAT, TF.TF_COMPLEX64];
/** What has an order. */
export const REAL: readonly number[] = [TF.TF_FLOAT, TF.TF_INT32, TF.TF_INT64, TF.TF_UINT8];
export const SIGNED: readonly number[] = [TF.TF_FLOAT, TF.TF_INT32, TF.TF_COMPLEX64, TF.TF_INT64];
export const NUMBER: readonly number[] = [TF.TF_FLOAT, TF.TF_INT32, TF.TF_COMPLEX64, TF.TF_INT64, TF.TF_UINT8];

/** Dtypes that only TensorFlow's own ops make: no news to someone who passed the wrong tfjs dtype. */
const UNKNOWN_TO_USERS: readonly number[] = [TF.TF_INT64, TF.TF_UINT8];

/** `f32 or i32`. */
export function formatDtypes(dtypes: readonly number[]): string {
  const known = dtypes.filter((dtype) => !UNKNOWN_TO_USERS.includes(dtype));
  const names = (known.length > 0 ? known : dtypes).map(formatDtype);
  const last = names.pop() ?? '';
  return names.length > 0 ? `${names.join(', ')} or ${last}` : last;
}
