/**
 * tfjs-core and tfjs-node's kernels as one module, so that exactly one tfjs-core instance exists. Everything else
 * imports the bundle made from this file as `#tfjs`; its types are in tfjs.d.ts.
 */
import './nodeUtil';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-node/dist/register_all_kernels';

export * from '@tensorflow/tfjs-core';
export { backpropagateGradients, getFilteredNodesXToY } from '@tensorflow/tfjs-core/dist/tape';
export { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
