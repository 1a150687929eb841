import { ShapeError } from '../../bindings/rules/rule';

/** One axis, or several that are attended over together. */
export type Axis = number | readonly number[];

/**
 * The axes attended over in arrays `[batch, …, heads, channels]` of a rank: all between batch and heads by default.
 * Throws if one is not there.
 */
export function attentionAxes(caller: string, axis: Axis | null | undefined, rank: number): number[] {
  if (rank < 3) {
    throw new ShapeError(`${caller}: the arrays should have the axes batch, positions, heads and channels.`);
  }
  const axes = typeof axis === 'number' ? [axis] : [...(axis ?? Array.from({ length: rank - 3 }, (_, i) => i + 1))];
  const wrong = axes.find(
    (each, i) => !Number.isInteger(each) || each < 1 || each >= rank - 2 || axes.indexOf(each) < i,
  );
  if (wrong === undefined) return axes;
  throw new ShapeError(
    `${caller}: an attention axis lies between the batch, axis 0, and the last two, heads and channels, so it is one ` +
      `of 1 to ${rank - 3}, each once; got [${axes.join(', ')}].`,
  );
}

/** How many positions the axes have together. */
export function positionCount(shape: readonly number[], axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * (shape[axis] as number), 1);
}
