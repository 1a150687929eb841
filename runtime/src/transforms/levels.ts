/** The way into the examples of a vmap and out again. */
import { engine, type Tensor } from '#tfjs';
import { type BindingBackend, ownerOf } from '../bindings/backend';
import { BATCH_BACKEND, type BatchBackend } from '../bindings/batch/batchBackend';
import type { BatchTensor, Level } from '../bindings/batch/level';
import type { TensorId } from '../bindings/binding';
import { activeBackend, levels, withBackend } from '../bindings/stack';

const batch = () => engine().findBackend(BATCH_BACKEND) as unknown as BatchBackend;

/** A tensor with an example in each row as one example. It is of the surroundings of the vmap. */
export function enter(level: Level, outer: Tensor): Tensor {
  const backend = engine().backend as unknown as BindingBackend & { getInputTensorIds(tensors: Tensor[]): TensorId[] };
  const [id] = backend.getInputTensorIds([outer]);
  shareData(outer);
  const shape = outer.shape.slice(1);
  const dtype = backend.getDTypeInteger(outer.dtype);
  const metadata = { id: level.fromRows(id as TensorId, shape, dtype), shape, dtype };
  return withBackend(BATCH_BACKEND, () => batch().createOutputTensor(metadata));
}

/** A tensor from outside of a vmap, which is active, as one of each example. */
export function enterShared(level: Level, outer: Tensor): Tensor {
  const id = batch().tensorMap.get(outer.dataId).id as BatchTensor;
  shareData(outer);
  return batch().createOutputTensor({ id: level.shared(id.id, id), shape: [...id.shape], dtype: id.dtype });
}

/** A tensor of one example as a tensor of the surroundings, with an example in each row. */
export function leave(level: Level, inner: Tensor): Tensor {
  const tensor = seenBy(level, inner);
  const shape = [level.size, ...tensor.shape];
  return outside(level, { id: level.toRows(tensor), shape, dtype: tensor.dtype });
}

/** A tensor that all examples share, as the surroundings know it; undefined where they differ. */
export function leaveShared(level: Level, inner: Tensor): Tensor | undefined {
  const { mapped, id, shape, dtype } = seenBy(level, inner);
  return mapped ? undefined : outside(level, { id, shape: [...shape], dtype });
}

/** What each example contributes, added up. */
export function leaveSummed(level: Level, inner: Tensor): Tensor {
  const tensor = seenBy(level, inner);
  return outside(level, { id: level.sum(tensor), shape: [...tensor.shape], dtype: tensor.dtype });
}

function seenBy(level: Level, inner: Tensor): BatchTensor {
  return levels.with(level, () => batch().tensorMap.get(inner.dataId).id as BatchTensor);
}

function outside(level: Level, metadata: { id: TensorId; shape: number[]; dtype: number }): Tensor {
  const { base, baseName, outer } = level;
  const tensor =
    outer === undefined
      ? withBackend(baseName, () => base.createOutputTensor(metadata))
      : withBackend(BATCH_BACKEND, () => batch().createOutputTensor(metadata));
  shareData(tensor);
  return tensor;
}

/** Both sides of a vmap hold the data: the collector frees it, not the end of one of them. */
function shareData({ dataId }: Tensor): void {
  ownerOf(dataId).backend.incRef(dataId);
}

/** The vmap that a tensor is an example of, if it is of one. */
export function levelOf(tensor: Tensor): Level | undefined {
  return batch().levelOf(tensor.dataId);
}

/** Runs `fn` where ops on `tensor` run: inside the vmap that it is an example of, or outside of all. */
export function whereItIs<T>(tensor: Tensor | undefined, fn: () => T): T {
  const active = activeLevel();
  const level = tensor === undefined ? active : levelOf(tensor);
  if (level === active) return fn();
  return level === undefined ? withBackend((active as Level).baseName, fn) : inExamples(level, fn);
}

/** The one that is inside of more vmaps. */
export function innerOf(a: Tensor, b: Tensor): Tensor {
  return levelsOf(a).length > levelsOf(b).length ? a : b;
}

/** Runs `fn` in the surroundings of a vmap. */
export function inSurroundings<T>({ outer, baseName }: Level, fn: () => T): T {
  return outer === undefined ? withBackend(baseName, fn) : inExamples(outer, fn);
}

/** Runs `fn` inside of a vmap. */
export function inExamples<T>(level: Level, fn: () => T): T {
  return levels.with(level, () => withBackend(BATCH_BACKEND, fn));
}

/** Runs a function later where ops run now: in the same vmap, or outside of all. */
export function samePlace(): <T>(fn: () => T) => T {
  const level = activeLevel();
  const backend = activeBackend();
  return (fn) => (level === undefined ? withBackend(backend, fn) : inExamples(level, fn));
}

/** The vmap whose examples ops are on now. */
export function activeLevel(): Level | undefined {
  return activeBackend() === BATCH_BACKEND ? levels.top : undefined;
}

/** The vmaps that a tensor is an example of, innermost first. */
export function levelsOf(tensor: Tensor): Level[] {
  const found: Level[] = [];
  for (let level = levelOf(tensor); level !== undefined; level = level.outer) found.push(level);
  return found;
}
