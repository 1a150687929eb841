import type { ShapeRule } from './rule';

/** One rule for every TensorFlow op that a kernel emits. */
export const shapeRules: Readonly<Record<string, ShapeRule>> = {};
