/**
 * Traversals (flax.traverse_util): select parts of nested data, read them, and make a copy in which they are others.
 *
 * @module
 */
export { emptyNode, type FlattenOptions, flattenDict, unflattenDict } from './flattenDict';
export { ModelParamTraversal } from './modelParams';
export {
  Traversal,
  TraverseAttr,
  TraverseCompose,
  TraverseEach,
  TraverseFilter,
  TraverseId,
  TraverseItem,
  TraverseMerge,
  TraverseSlice,
  TraverseTree,
  tIdentity,
} from './traversal';
