/** Gradients of kernels that put elements elsewhere, which tfjs has none for. */
import * as tf from '#tfjs';
import { type GradientRules, registerGradients } from './gradientRule';

/** `dy` of every `stride`-th element of an axis from `begin` on, in an axis of `size` elements, 0 between. */
function spread(dy: tf.Tensor, axis: number, { begin, stride, size }: { begin: number; stride: number; size: number }) {
  const count = dy.shape[axis] as number;
  if (stride < 0) {
    // Backwards from `begin` is forwards from the last one.
    return spread(tf.reverse(dy, axis), axis, { begin: begin + (count - 1) * stride, stride: -stride, size });
  }
  const [before, after] = [dy.shape.slice(0, axis), dy.shape.slice(axis + 1)];
  const apart = padAxis(tf.reshape(dy, [...before, count, 1, ...after]), axis + 1, 0, stride - 1);
  const rows = tf.reshape(apart, [...before, count * stride, ...after]);
  const length = Math.min(count * stride, size - begin);
  const kept = tf.slice(
    rows,
    rows.shape.map(() => 0),
    [...before, length, ...after],
  );
  return padAxis(kept, axis, begin, size - begin - length);
}

function padAxis(x: tf.Tensor, axis: number, before: number, after: number): tf.Tensor {
  if (before === 0 && after === 0) return x;
  return tf.pad(
    x,
    x.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
  );
}

/** Each row of a matrix with one axis for the kind of the rows: [rows, n]. */
const asRows = (x: tf.Tensor) => tf.reshape(x, [-1, x.shape.at(-1) as number]);

const gradientRules: GradientRules = {
  StridedSlice: {
    inputs: ['x'],
    grad: (dy, [x], attrs) => ({
      x: () => {
        const info = tf.slice_util.sliceInfo(
          x.shape,
          attrs.begin,
          attrs.end,
          attrs.strides,
          attrs.beginMask,
          attrs.endMask,
          attrs.ellipsisMask,
          attrs.newAxisMask,
          attrs.shrinkAxisMask,
        );
        const counts = x.shape.map((_, i) => {
          const [begin = 0, end = 0, stride = 1] = [info.begin[i], info.end[i], info.strides[i]];
          return Math.max(0, Math.ceil((end - begin) / stride));
        });
        if (counts.includes(0)) return tf.zerosLike(x);
        return x.shape.reduce<tf.Tensor>(
          (spreadSoFar, size, axis) =>
            spread(spreadSoFar, axis, { begin: info.begin[axis] ?? 0, stride: info.strides[axis] ?? 1, size }),
          tf.reshape(dy, counts),
        );
      },
    }),
  },

  // The places do not move.
  TopK: {
    inputs: ['x'],
    output: [false, true],
    grad: ([dy]: tf.Tensor[], [x, indices]) => ({
      x: () => {
        const [places, rows] = [asRows(indices), asRows(dy as tf.Tensor)];
        const [count = 0, k = 0] = places.shape;
        const n = x.shape.at(-1) as number;
        const starts = tf.reshape(tf.mul(tf.range(0, count, 1, 'int32'), tf.scalar(n, 'int32')), [count, 1]);
        const flat = tf.reshape(tf.add(places, starts), [count * k, 1]);
        return tf.reshape(tf.scatterND(flat, tf.reshape(rows, [count * k]), [count * n]), x.shape);
      },
    }),
  },

  DepthToSpace: {
    grad: (dy, _, { blockSize, dataFormat }) => ({
      x: () => {
        if (dataFormat !== 'NHWC')
          throw new Error(`grad: DepthToSpace has a gradient for NHWC only, not ${dataFormat}.`);
        const [batch = 0, height = 0, width = 0, channels = 0] = dy.shape as number[];
        const [rows, columns] = [height / blockSize, width / blockSize];
        const blocks = tf.reshape(dy, [batch, rows, blockSize, columns, blockSize, channels]);
        const gathered = tf.transpose(blocks, [0, 1, 3, 2, 4, 5]);
        return tf.reshape(gathered, [batch, rows, columns, blockSize * blockSize * channels]);
      },
    }),
  },

  Diag: {
    inputs: ['x'],
    grad: (dy, [x]) => ({
      x: () => tf.reshape(tf.sum(tf.mul(tf.reshape(dy, [x.size, x.size]), tf.eye(x.size)), 1), x.shape),
    }),
  },

  FlipLeftRight: { grad: (dy) => ({ image: () => tf.image.flipLeftRight(dy) }) },

  // Of n elements the one on its own is left out of the product with the others in turn: [..., n, n], exact at 0.
  Cumprod: {
    inputs: ['x'],
    grad: (dy, [x], { axis, exclusive, reverse }) => ({
      x: () => {
        const along = (axis + x.rank) % x.rank;
        const n = x.shape[along] as number;
        const last = x.shape.map((_, i) => i).filter((i) => i !== along);
        const order = [...last, along];
        const rows = tf.transpose(x, order);
        const others = tf.add(tf.mul(tf.expandDims(rows, -2), tf.sub(1, tf.eye(n))), tf.eye(n));
        const products = tf.cumprod(others, -1, exclusive, reverse);
        // Whether the product at j holds the element i.
        const holds = (i: number, j: number) => (reverse ? i > j : i < j) || (i === j && !exclusive);
        const mask = tf.tensor2d(
          Array.from({ length: n * n }, (_, at) => Number(holds(Math.floor(at / n), at % n))),
          [n, n],
        );
        const weighted = tf.mul(tf.mul(products, mask), tf.expandDims(tf.transpose(dy, order), -2));
        const back = order.map((_, i) => order.indexOf(i));
        return tf.transpose(tf.sum(weighted, -1), back);
      },
    }),
  },
};

registerGradients(gradientRules);
