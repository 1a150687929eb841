/** Nodes that a recorded loop is made of: rows of what it goes over, and lists of what it gives. */
import type { Aval } from '../../bindings/aval';
import { TF_CONSTANTS as TF } from '../../bindings/binding';
import type { GraphTensor, Trace } from '../../bindings/graph/trace';
import { INT, int, ints, LIST, type } from './controlFlow';

export function minus(trace: Trace, a: GraphTensor, b: GraphTensor): GraphTensor {
  return trace.node('Sub', [a, b], { T: type(TF.TF_INT32) }, [INT])[0] as GraphTensor;
}

/** The row at a place that is known only later. */
export function rowOf(trace: Trace, all: GraphTensor, place: GraphTensor): GraphTensor {
  const attr = {
    Tparams: type(all.dtype),
    Tindices: type(TF.TF_INT32),
    Taxis: type(TF.TF_INT32),
    batch_dims: { i: 0 },
  };
  const row = { shape: all.shape.slice(1), dtype: all.dtype };
  return trace.node('GatherV2', [all, place, int(trace, 0)], attr, [row])[0] as GraphTensor;
}

export function reserve(trace: Trace, shape: readonly number[], dtype: number, length: number): GraphTensor {
  const attr = { element_dtype: type(dtype), shape_type: type(TF.TF_INT32) };
  return trace.node('TensorListReserve', [ints(trace, shape), int(trace, length)], attr, [LIST])[0] as GraphTensor;
}

export function setItem(trace: Trace, list: GraphTensor, place: GraphTensor, item: GraphTensor): GraphTensor {
  return trace.node('TensorListSetItem', [list, place, item], { element_dtype: type(item.dtype) }, [
    LIST,
  ])[0] as GraphTensor;
}

export function stack(trace: Trace, list: GraphTensor, { shape, dtype }: Aval, length: number): GraphTensor {
  const attr = { element_dtype: type(dtype), num_elements: { i: length } };
  return trace.node('TensorListStack', [list, ints(trace, shape)], attr, [
    { shape: [length, ...shape], dtype },
  ])[0] as GraphTensor;
}
