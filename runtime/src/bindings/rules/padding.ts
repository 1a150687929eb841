import { formatAval, formatShape } from '../aval';
import { formatSize } from '../sizes';
import { result } from './makers';
import type { OpCall } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

type Pairs = readonly (readonly [before: number, after: number])[];

/** An operand of shape [axes, 2]. */
function pairs(call: OpCall, index: number, meaning: string, axes: number): Pairs {
  const { shape } = call.inputOf(['axes', '2'], index);
  if (shape[0] !== axes || shape[1] !== 2) call.fail(`its ${meaning} are ${formatShape(shape)}, not [${axes}, 2]`);
  const flat = call.values(index, meaning);
  if (flat.some((size) => size < 0)) call.fail(`its ${meaning} [${flat.join(', ')}] are negative`);
  return Array.from({ length: flat.length / 2 }, (_, axis) => [flat[2 * axis] ?? 0, flat[2 * axis + 1] ?? 0]);
}

function paddings(call: OpCall): Pairs {
  return pairs(call, 1, 'paddings', call.input(0).shape.length);
}

const grow = (shape: readonly number[], padded: Pairs): number[] =>
  shape.map((size, axis) => size + (padded[axis]?.[0] ?? 0) + (padded[axis]?.[1] ?? 0));

const pad: ShapeRule = (call) => {
  const input = call.input(0);
  call.inputLike(input, 2, []);
  return result(grow(input.shape, paddings(call)), input.dtype);
};

/** A mirror shows no more than there is; under REFLECT not even the border itself. */
const mirrorPad: ShapeRule = (call) => {
  const input = call.input(0);
  const padded = paddings(call);
  const border = call.string('mode') === 'REFLECT' ? 1 : 0;
  padded.forEach(([before, after], axis) => {
    const most = (input.shape[axis] ?? 0) - border;
    if (before > most || after > most) {
      call.fail(`axis ${axis} mirrors at most ${formatSize(most)}, not [${before}, ${after}]`, formatAval(input));
    }
  });
  return result(grow(input.shape, padded), input.dtype);
};

/** `block_shape`, and its product, by which the batch grows. */
function blocks(call: OpCall): [blocks: number[], product: number] {
  const sizes = call.values(1, 'block shape');
  if (sizes.some((size) => size < 1)) call.fail(`its block shape is [${sizes.join(', ')}]`);
  return [sizes, sizes.reduce((product, size) => product * size, 1)];
}

const spaceToBatch: ShapeRule = (call) => {
  const input = call.input(0);
  const [sizes, product] = blocks(call);
  const padded = pairs(call, 2, 'paddings', sizes.length);
  const shape = grow(input.shape, [[0, 0], ...padded]);
  sizes.forEach((size, i) => {
    const whole = shape[i + 1] ?? call.fail(`it has no axis ${i + 1}`, formatAval(input));
    if (whole % size !== 0) call.fail(`axis ${i + 1} with its padding is ${formatSize(whole)}, no multiple of ${size}`);
    shape[i + 1] = whole / size;
  });
  shape[0] = (shape[0] ?? 0) * product;
  return result(shape, input.dtype);
};

const batchToSpace: ShapeRule = (call) => {
  const input = call.input(0);
  const [sizes, product] = blocks(call);
  const crops = pairs(call, 2, 'crops', sizes.length);
  const shape = [...input.shape];
  const batch = shape[0] ?? call.fail('a scalar has no batch');
  if (batch % product !== 0)
    call.fail(`its batch ${formatSize(batch)} is no multiple of ${product}`, formatAval(input));
  shape[0] = batch / product;
  sizes.forEach((size, i) => {
    const whole = shape[i + 1] ?? call.fail(`it has no axis ${i + 1}`, formatAval(input));
    const [start, end] = crops[i] ?? [0, 0];
    const left = whole * size - start - end;
    if (left < 0) call.fail(`[${start}, ${end}] crops more than axis ${i + 1} has`, formatAval(input));
    shape[i + 1] = left;
  });
  return result(shape, input.dtype);
};

const depthToSpace: ShapeRule = (call) => {
  const input = call.inputOf(['batch', 'height', 'width', 'channels'], 0);
  const block = call.int('block_size');
  if (block < 2) call.fail(`a block of ${block} has nothing to give`);
  const first = call.string('data_format', 'NHWC') === 'NCHW';
  const [channelAxis, heightAxis, widthAxis] = first ? [1, 2, 3] : [3, 1, 2];
  const channels = input.shape[channelAxis] ?? 0;
  if (channels % (block * block) !== 0)
    call.fail(`${formatSize(channels)} channels are no multiple of ${block * block}`);
  return result(
    input.shape
      .with(channelAxis, channels / (block * block))
      .with(heightAxis, (input.shape[heightAxis] ?? 0) * block)
      .with(widthAxis, (input.shape[widthAxis] ?? 0) * block),
    input.dtype,
  );
};

/** Borders added, and space traded for batch or channels. */
export const padding: ShapeRules = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  MirrorPad: mirrorPad,
  PadV2: pad,
  SpaceToBatchND: spaceToBatch,
};
