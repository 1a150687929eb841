import type { BatchRules } from '../call';
import { ofOuterAxes } from '../collectives';
import { elementwise } from './elementwise';
import { images } from './images';
import { indexing } from './indexing';
import { joining } from './joining';
import { linear } from './linear';
import { random } from './random';
import { reductions } from './reductions';
import { reshaping } from './reshaping';
import { slicing } from './slicing';
import { sorting } from './sorting';

/** How an op runs for all examples at once. What has no rule runs for one after the other (../loop.ts). */
export const batchRules: BatchRules = {
  ...elementwise,
  ...images,
  ...indexing,
  ...joining,
  ...ofOuterAxes,
  ...linear,
  ...random,
  ...reductions,
  ...reshaping,
  ...slicing,
  ...sorting,
};
