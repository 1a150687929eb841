/** The way into a vmap and out again, noted on the tape. */
import type { NamedTensorMap, Tensor } from '#tfjs';
import type { Level } from '../bindings/batch/level';
import { programs } from '../bindings/stack';
import { activeLevel, enter, enterShared, inExamples, inSurroundings, leave, leaveShared, levelOf } from './levels';
import { recordStep } from './tape';

/** One example of a tensor with an example in each row. Called in the surroundings of the vmap. */
export function entering(level: Level, outer: Tensor): Tensor {
  const inner = enter(level, outer);
  programs.top?.note({ x: outer } as NamedTensorMap, [inner], ({ x }) =>
    inSurroundings(level, () => entering(level, x as Tensor)),
  );
  recordStep('vmap', { x: outer } as NamedTensorMap, [inner], ([dy]) => ({ x: () => leaving(level, dy as Tensor) }));
  return inner;
}

/**
 * A tensor by itself for each example of the vmap that is running: what is differentiated with respect to it differs between
 * examples.
 */
export function ownedByExample(tensor: Tensor): Tensor {
  const level = activeLevel();
  if (level === undefined || levelOf(tensor) === level) return tensor.clone();
  const inner = enterShared(level, tensor);
  programs.top?.note({ x: tensor } as NamedTensorMap, [inner], ({ x }) => ownedByExample(x as Tensor));
  recordStep('vmap', { x: tensor } as NamedTensorMap, [inner], ([dy]) => ({ x: () => dy as Tensor }));
  return inner;
}

/** All examples of a tensor, one in each row. */
export function leaving(level: Level, inner: Tensor): Tensor {
  const outer = leave(level, inner);
  programs.top?.note({ x: inner } as NamedTensorMap, [outer], ({ x }) => leaving(level, x as Tensor));
  recordStep('vmap', { x: inner } as NamedTensorMap, [outer], ([dy]) => ({
    x: () => inSurroundings(level, () => entering(level, dy as Tensor)),
  }));
  return outer;
}

/** What all examples share; undefined where they differ. Each example's part of the cotangent is an equal one. */
export function leavingShared(level: Level, inner: Tensor): Tensor | undefined {
  const outer = leaveShared(level, inner);
  if (outer === undefined) return undefined;
  programs.top?.note({ x: inner } as NamedTensorMap, [outer], ({ x }) => leavingShared(level, x as Tensor) as Tensor);
  recordStep('vmap', { x: inner } as NamedTensorMap, [outer], ([dy]) => ({
    x: () => inExamples(level, () => (dy as Tensor).div(level.size)),
  }));
  return outer;
}

/** Whether an example's tensor differs between examples. */
export function isMapped(level: Level, inner: Tensor): boolean {
  return leaveShared(level, inner) === undefined;
}
