import { type OpAttr, TF_CONSTANTS as TF } from '../binding';
import { type AttrValue, shapeProto } from './graphDef';

const text = new TextEncoder();

/** An op's attributes as kernels give them to bindings, in GraphDef's form. */
export function attrValues(op: string, attrs: readonly OpAttr[]): Record<string, AttrValue> {
  return Object.fromEntries(attrs.map((attr) => [attr.name, attrValue(op, attr)]));
}

function attrValue(op: string, { name, type, value }: OpAttr): AttrValue {
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  const list = isList ? Array.from(value as unknown as ArrayLike<never>) : [];
  switch (type) {
    case TF.TF_ATTR_TYPE:
      return isList ? { list: { type: list } } : { type: value as number };
    case TF.TF_ATTR_INT:
      return isList ? { list: { i: list } } : { i: value as number };
    case TF.TF_ATTR_FLOAT:
      return isList ? { list: { f: list } } : { f: value as number };
    case TF.TF_ATTR_BOOL:
      return isList ? { list: { b: list } } : { b: value as boolean };
    case TF.TF_ATTR_STRING:
      return isList ? { list: { s: list.map((item) => text.encode(item)) } } : { s: text.encode(value as string) };
    case TF.TF_ATTR_SHAPE:
      return { shape: shapeProto(list) };
    default:
      throw new Error(`${op}: its attribute ${name} has a type that graphs do not know, ${type}.`);
  }
}

/** A host op (its name begins with `Distaff`) as the one op by which TensorFlow runs them (native/graph_ops.cc). */
export function hostOpAttrs(
  op: string,
  attrs: readonly OpAttr[],
  inputs: readonly number[],
  outputs: readonly number[],
): Record<string, AttrValue> {
  const lines = attrs.map(({ name, value }) =>
    typeof value === 'string' ? `${name} text ${value}` : `${name} numbers ${[value].flat().map(Number).join(' ')}`,
  );
  return {
    op: { s: text.encode(op) },
    attributes: { s: text.encode(lines.join('\n')) },
    Tin: { list: { type: inputs } },
    Tout: { list: { type: outputs } },
  };
}
