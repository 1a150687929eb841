export { module } from './callable';
export * as initializers from './initializers';
export { Model } from './model';
export { Module } from './module';
export { ModuleError } from './moduleError';
export type { Applies, DType, Initializer, ModuleOf, Params, SharedOf } from './types';
