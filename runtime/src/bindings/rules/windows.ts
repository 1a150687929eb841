import { formatAval } from '../aval';
import { formatSize } from '../sizes';
import type { OpCall } from './opCall';

/** How a window moves along one axis. */
export interface Window {
  readonly size: number;
  readonly stride: number;
  readonly dilation?: number;
  /** Under EXPLICIT padding. */
  readonly padding?: readonly [before: number, after: number];
}

/**
 * How many places a window takes along an axis: `GetWindowedOutputSize` (tensorflow/core/framework/
 * kernel_shape_util.cc), whose division of integers truncates.
 */
export function windowedSize(call: OpCall, whole: number, window: Window): number {
  const { size, stride, dilation = 1, padding = [0, 0] } = window;
  if (call.string('padding') === 'SAME') return Math.ceil(whole / stride);
  const reach = (size - 1) * dilation + 1;
  const padded = whole + padding[0] + padding[1];
  const places = Math.trunc((padded - reach + stride) / stride);
  if (places < 0) {
    const window = reach === size ? `${size}` : `${size} (${reach} with its dilation)`;
    call.fail(`a window of ${window} is larger than an axis of ${formatSize(padded)}`, formatAval(call.input(0)));
  }
  return places + 0;
}

/** Where an image's axes are. `NHWC`, `NCHW`, `NDHWC`, `NCDHW`. */
export interface Layout {
  readonly channels: number;
  readonly spatial: readonly number[];
  /** The axes' names, for messages. */
  readonly names: readonly string[];
}

const SPACE = { 2: ['height', 'width'], 3: ['depth', 'height', 'width'] } as const;

export function layoutOf(call: OpCall, dimensions: 2 | 3): Layout {
  const channelsFirst = call.string('data_format', 'N').startsWith('NC');
  const spatial = Array.from({ length: dimensions }, (_, i) => i + (channelsFirst ? 2 : 1));
  return {
    channels: channelsFirst ? 1 : dimensions + 1,
    spatial,
    names: channelsFirst ? ['batch', 'channels', ...SPACE[dimensions]] : ['batch', ...SPACE[dimensions], 'channels'],
  };
}
