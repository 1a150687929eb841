/** Loops and branches inside vmap: a loop over all examples at once, a choice for each. */
import { type Tensor, where } from '#tfjs';
import type { Level } from '../bindings/batch/level';
import { entering, leaving } from '../transforms/crossing';
import { inExamples, inSurroundings, levelOf } from '../transforms/levels';
import type { Scan } from './tensorLoops';

/** The axis of the examples in front, or behind the axis of the steps. */
const swapped = (tensor: Tensor) =>
  tensor.transpose([1, 0, ...tensor.shape.keys()].filter((axis, i) => i < 2 || axis > 1));

/** A scan of every example as one scan over steps of all examples; `outer` is lax.scan in the surroundings. */
export function scanOfExamples(
  level: Level,
  body: (carry: Tensor[], xs: Tensor[]) => { carry: readonly Tensor[]; ys: readonly Tensor[] },
  carry: readonly Tensor[],
  xs: readonly Tensor[],
  outer: Scan,
): { carry: Tensor[]; ys: Tensor[] } {
  const mapped = xs.map((x) => levelOf(x) !== undefined);
  const state = carry.map((tensor) => leaving(level, tensor));
  const rows = xs.map((x, i) => (mapped[i] ? leaving(level, x) : x));
  const [last, all] = inSurroundings(level, () => {
    const [end, ys] = outer(
      (state_, row) => {
        const given = state_.map((tensor) => entering(level, tensor));
        const own = row.map((tensor, i) => (mapped[i] ? entering(level, tensor) : tensor));
        const made = inExamples(level, () => body(given, own));
        return [made.carry.map((tensor) => leaving(level, tensor)), made.ys.map((tensor) => leaving(level, tensor))];
      },
      state,
      rows.map((row, i) => (mapped[i] ? swapped(row) : row)),
    );
    return [end.map((tensor) => entering(level, tensor)), ys.map((tensor) => entering(level, swapped(tensor)))];
  });
  return { carry: last as Tensor[], ys: all as Tensor[] };
}

export type WhileOfTensors = (
  test: (state: Tensor[]) => Tensor,
  step: (state: Tensor[]) => Tensor[],
  state: Tensor[],
) => Tensor[];

/** A loop for each example: it goes on while any of them does, and those that are done stay as they are. */
export function whileOfExamples(
  level: Level,
  test: (state: Tensor[]) => Tensor,
  step: (state: Tensor[]) => Tensor[],
  state: readonly Tensor[],
  outer: WhileOfTensors,
): Tensor[] {
  const inside = (all: Tensor[]) => all.map((tensor) => entering(level, tensor));
  const goesOn = (all: Tensor[]) => {
    const given = inside(all);
    return leaving(
      level,
      inExamples(level, () => test(given)),
    );
  };
  const first = state.map((tensor) => leaving(level, tensor));
  return inSurroundings(level, () => {
    const last = outer(
      (all) => goesOn(all).any(),
      (all) => {
        const given = inside(all);
        const made = inExamples(level, () => chosen(test(given), step(given), given));
        return made.map((tensor) => leaving(level, tensor));
      },
      first,
    );
    return inside(last);
  });
}

/** Each example takes what its own predicate chooses; both were computed. */
export function chosen(predicate: Tensor, yes: readonly Tensor[], no: readonly Tensor[]): Tensor[] {
  return yes.map((tensor, i) => where(predicate, tensor, no[i] as Tensor));
}
