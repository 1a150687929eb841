/** TensorFlow's ops that tfjs lacks: each runs, and its rule gives the shapes and dtypes that TensorFlow gives. */
import { describe, expect, test } from 'vitest';
import { TF_CONSTANTS as TF } from '../../runtime/src/bindings/binding';
import { shapeRules } from '../../runtime/src/bindings/rules/index';
import { runOp, runOps, type TensorFlowOpName, tensorFlowOps } from '../../runtime/src/bindings/tensorFlowOps';
import { evalShape, jnp, type Tensor } from '../../runtime/src/index';

const i32 = (...values: number[]) => jnp.asarray(values, 'int32');
const some = (...shape: number[]) => {
  const size = shape.reduce((product, n) => product * n, 1);
  return jnp.reshape(
    Array.from({ length: size }, (_, i) => Math.sin(i + 1)),
    shape,
  );
};
const positive = some(2, 2, 2)
  .matMul(some(2, 2, 2), false, true)
  .add(jnp.eye(2));
const tall = { x: some(2, 4, 3) };
const unary = { x: jnp.array([[0.2, 0.3, 0.6]]) };
const bits = { x: i32(1, 2, 3), y: jnp.asarray([[1], [2]], 'int32') };
const reals = { x: jnp.array([1, 2, 3]), y: jnp.array([[1.5], [2.5]]) };
const segments = { x: some(3, 2), segmentIds: i32(0, 1, 0), numSegments: jnp.asarray(2, 'int32') };

type Call = [inputs: Record<string, Tensor>, attrs?: Record<string, boolean | number>];

const calls: Record<TensorFlowOpName, Call> = {
  BesselI0e: [unary],
  BesselI1e: [unary],
  Betainc: [{ a: unary.x, b: unary.x, x: unary.x }],
  Bitcast: [{ x: some(2, 3) }, { type: TF.TF_INT32 }],
  BitwiseAnd: [bits],
  BitwiseOr: [bits],
  BitwiseXor: [bits],
  Cholesky: [{ x: positive }],
  Digamma: [unary],
  DynamicSlice: [{ x: some(3, 4), begin: i32(1, 1), size: i32(2, 3) }],
  DynamicUpdateSlice: [{ x: some(3, 4), begin: i32(1, 1), end: i32(2, 3), strides: i32(1, 1), value: some(1, 2) }],
  Eig: [{ x: some(2, 3, 3) }],
  Erfc: [unary],
  Erfinv: [unary],
  FullQr: [tall],
  Igamma: [reals],
  IgammaGradA: [reals],
  Igammac: [reals],
  Invert: [{ x: bits.x }],
  LeftShift: [bits],
  Lgamma: [unary],
  LogMatrixDeterminant: [{ x: some(2, 3, 3) }],
  MatrixDeterminant: [{ x: some(2, 3, 3) }],
  MatrixInverse: [{ x: positive }],
  MatrixSolve: [{ a: positive, b: some(2, 2, 5) }, { adjoint: true }],
  MatrixTriangularSolve: [
    { a: positive, b: some(2, 2, 5) },
    { lower: true, adjoint: true },
  ],
  NextAfter: [reals],
  Polygamma: [reals],
  RightShift: [bits],
  Rint: [unary],
  SelfAdjointEigV2: [{ x: positive }],
  Svd: [tall, { full_matrices: false }],
  TruncateDiv: [bits],
  TruncateMod: [reals],
  UnsortedSegmentMax: [segments],
  UnsortedSegmentMin: [segments],
  UnsortedSegmentProd: [segments],
};

const several = new Set<TensorFlowOpName>(['Eig', 'FullQr', 'LogMatrixDeterminant', 'SelfAdjointEigV2', 'Svd']);
const names = [...tensorFlowOps.keys()] as TensorFlowOpName[];

/** Operands that decide shapes are constants, as in the library's own calls. */
const DECIDE = ['size', 'numSegments'];

function run(name: TensorFlowOpName, inputs: Record<string, Tensor>): Tensor[] {
  const [, attrs = {}] = calls[name];
  return several.has(name) ? runOps(name, inputs, attrs) : [runOp(name, inputs, attrs)];
}

describe('an op that tfjs lacks', () => {
  test.each(names)('%s', (name) => {
    expect(shapeRules).toHaveProperty(tensorFlowOps.get(name) as string);
    const [inputs] = calls[name];
    const found = run(name, inputs);
    for (const tensor of found) expect(tensor.dataSync()).toHaveLength(tensor.size * (name === 'Eig' ? 2 : 1));
    const open = Object.keys(inputs).filter((key) => !DECIDE.includes(key));
    const values = DECIDE.flatMap((key) => (inputs[key] ? [[key, inputs[key].arraySync()] as const] : []));
    const specs = evalShape(
      (...given: Tensor[]) => {
        const decisive = values.map(([key, value]) => [key, jnp.asarray(value as number[], 'int32')]);
        return run(name, Object.fromEntries([...open.map((key, i) => [key, given[i]]), ...decisive]));
      },
      ...open.map((key) => inputs[key] as Tensor),
    );
    expect(specs.map(String)).toEqual(found.map(({ shape, dtype }) => String(spec(shape, dtype))));
  });
});

const SHORT: Record<string, string> = { float32: 'f32', int32: 'i32', complex64: 'c64' };
const spec = (shape: number[], dtype: string) => `${SHORT[dtype]}[${shape.join(', ')}]`;

describe('what does not fit an op is said before it runs', () => {
  const refused: [string, () => unknown, string][] = [
    ['a matrix that is not square', () => runOp('Cholesky', { x: some(2, 3) }), 'a matrix has 2 rows and 3 columns'],
    ['no matrix', () => runOp('MatrixInverse', { x: some(2) }), 'takes matrices'],
    [
      'equations without a right side each',
      () => runOp('MatrixSolve', { a: some(3, 3), b: some(2, 1) }, { adjoint: false }),
      '3 equations need as many rows',
    ],
    [
      'other batches',
      () => runOp('MatrixSolve', { a: some(2, 3, 3), b: some(4, 3, 1) }, { adjoint: false }),
      'the batches [2] and [4] differ',
    ],
  ];
  test.each(refused)('%s', (_, call, message) => {
    expect(() => evalShape(call)).toThrow(message);
  });
});
