import { TF_CONSTANTS as TF } from '../binding';
import { noOutputs, result } from './makers';
import type { ShapeRules } from './rule';

/** TensorBoard's log files, to which nothing is written while shapes are worked out. */
export const summaries: ShapeRules = {
  CreateSummaryFileWriter: noOutputs,
  FlushSummaryWriter: noOutputs,
  SummaryWriter: () => result([], TF.TF_RESOURCE),
  WriteScalarSummary: noOutputs,
  WriteSummary: noOutputs,
};
