/** TensorFlow's GraphDef (tensorflow/core/framework/graph.proto and what it is made of), as far as traces need it. */
import { Root, type Type } from 'protobufjs/light.js';
import type { Values } from '../binding';

export interface ShapeProto {
  readonly dim: readonly { readonly size: number }[];
}

export interface AttrValue {
  readonly s?: Uint8Array;
  readonly i?: number;
  readonly f?: number;
  readonly b?: boolean;
  readonly type?: number;
  readonly shape?: ShapeProto;
  readonly tensor?: { readonly dtype: number; readonly tensorShape: ShapeProto; readonly tensorContent: Uint8Array };
  readonly func?: { readonly name: string };
  readonly list?: {
    readonly s?: readonly Uint8Array[];
    readonly i?: readonly number[];
    readonly f?: readonly number[];
    readonly b?: readonly boolean[];
    readonly type?: readonly number[];
    readonly shape?: readonly ShapeProto[];
  };
}

export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  /** Where it runs, `/device:CPU:1`; TensorFlow chooses where it says none. */
  readonly device?: string;
  readonly attr: Readonly<Record<string, AttrValue>>;
}

/** The version that graphs of TensorFlow 2.21 have; an older one would turn features off. */
const PRODUCER = 2400;

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' });

const GraphDef: Type = Root.fromJSON({
  nested: {
    Dim: { fields: { size: field(1, 'int64') } },
    Shape: { fields: { dim: repeated(2, 'Dim') } },
    Tensor: {
      fields: { dtype: field(1, 'int32'), tensorShape: field(2, 'Shape'), tensorContent: field(4, 'bytes') },
    },
    List: {
      fields: {
        s: repeated(2, 'bytes'),
        i: repeated(3, 'int64'),
        f: repeated(4, 'float'),
        b: repeated(5, 'bool'),
        type: repeated(6, 'int32'),
        shape: repeated(7, 'Shape'),
      },
    },
    Func: { fields: { name: field(1, 'string') } },
    Attr: {
      fields: {
        list: field(1, 'List'),
        s: field(2, 'bytes'),
        i: field(3, 'int64'),
        f: field(4, 'float'),
        b: field(5, 'bool'),
        type: field(6, 'int32'),
        shape: field(7, 'Shape'),
        tensor: field(8, 'Tensor'),
        func: field(10, 'Func'),
      },
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor', 'func'] } },
    },
    Node: {
      fields: {
        name: field(1, 'string'),
        op: field(2, 'string'),
        input: repeated(3, 'string'),
        device: field(4, 'string'),
        attr: { id: 5, keyType: 'string', type: 'Attr' } as ReturnType<typeof field>,
      },
    },
    Versions: { fields: { producer: field(1, 'int32') } },
    GraphDef: { fields: { node: repeated(1, 'Node'), versions: field(4, 'Versions') } },
  },
}).lookupType('GraphDef');

/** The bytes of a graph of these nodes. */
export function encodeGraph(nodes: readonly NodeDef[]): Uint8Array {
  return GraphDef.encode({ node: nodes, versions: { producer: PRODUCER } } as never).finish();
}

export function shapeProto(shape: readonly number[]): ShapeProto {
  return { dim: shape.map((size) => ({ size })) };
}

/** A constant's attributes. */
export function constantAttrs(shape: readonly number[], dtype: number, values: Values): Record<string, AttrValue> {
  const { buffer, byteOffset, byteLength } = values as Float32Array;
  const tensorContent = new Uint8Array(buffer, byteOffset, byteLength).slice();
  return { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: shapeProto(shape), tensorContent } } };
}
