/** Which kernels have no gradient, and why. */
import { expect, test } from 'vitest';
import '../../runtime/src/index';
import { tf } from './tfjs';

const WITHOUT: Record<string, string[]> = {
  'give whole numbers or truth values': [
    ...['All', 'Any', 'ArgMax', 'ArgMin', 'Bincount', 'Equal', 'Greater', 'GreaterEqual', 'IsFinite', 'IsInf', 'IsNan'],
    ...['Less', 'LessEqual', 'LogicalAnd', 'LogicalNot', 'LogicalOr', 'NotEqual', 'SearchSorted', 'Unique', 'Where'],
    ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'Invert', 'LeftShift', 'RightShift', 'TruncateDiv', 'BroadcastArgs'],
    ...['NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5', 'StaticRegexReplace'],
  ],
  'have no tensor as input that could be differentiated': [
    ...[
      'AxisIndex',
      'Fill',
      'LinSpace',
      'Range',
      'Multinomial',
      'DistaffRandomBits',
      'DistaffRandomCauchy',
      'DistaffRandomExponential',
    ],
    ...[
      'DistaffRandomGumbel',
      'DistaffRandomInteger',
      'DistaffRandomLaplace',
      'DistaffRandomLogistic',
      'DistaffRandomNormal',
    ],
    ...[
      'DistaffRandomPoisson',
      'DistaffRandomShuffle',
      'DistaffRandomSplit',
      'DistaffRandomUnit',
      'DistaffThreefry2x32',
    ],
  ],
  'give what JAX does not differentiate over examples either': ['Pmax', 'Pmin'],
  'reads bits as another type': ['Bitcast'],
  'read the bits of numbers, which JAX does not differentiate either': ['Bitcast'],
  'depend on eigenvectors that are free up to a complex factor': ['Eig'],
  'say so where the library uses them (ops.indexMul and its like)': [
    'UnsortedSegmentMax',
    'UnsortedSegmentMin',
    'UnsortedSegmentProd',
  ],
  'are derivatives that JAX does not differentiate either': ['IgammaGradA', 'RandomGammaGrad'],
  'no function of the library runs; tfjs has them for methods and for its fused ops': [
    ...['CropAndResize', 'Dilation2DBackpropFilter', 'Dilation2DBackpropInput', 'Einsum', 'EluGrad', 'LRNGrad'],
    ...['FusedConv2D', 'FusedDepthwiseConv2D', '_FusedMatMul', 'SparseToDense'],
  ],
};

test('only these kernels have no gradient', () => {
  const kernels = tf.getKernelsForBackend('tensorflow').map(({ kernelName }) => kernelName);
  const without = kernels.filter((name) => tf.getGradient(name) === undefined).sort();
  const explained = new Set(Object.values(WITHOUT).flat());
  expect(without.filter((name) => !explained.has(name))).toEqual([]);
});
