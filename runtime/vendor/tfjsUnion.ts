/**
 * Stands in for the union package `@tensorflow/tfjs` that tfjs-node requires: tfjs-core alone. tfjs-node is compiled to
 * ES5, whose classes call their base as a function, which a class refuses; KernelBackend has no constructor of its own,
 * so a plain function with its prototype does.
 */
import { KernelBackend as CoreKernelBackend } from '@tensorflow/tfjs-core';

export * from '@tensorflow/tfjs-core';

export function KernelBackend(): void {}
KernelBackend.prototype = CoreKernelBackend.prototype;
