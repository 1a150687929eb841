/** What holds of every module: from shapes alone it makes the parameters that it makes from inputs, and nothing else. */
import { expect } from 'vitest';
import { type nn, ShapeDtypeStruct, Tensor, tree } from '../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: any module, whatever its inputs and options.
type AnyModule = nn.ModuleOf<any>;

/** As many examples as an int32 can count: outputs of them that were computed would take minutes and all memory. */
const MANY = 2 ** 31 - 1;

/**
 * Fails unless `initByShape` gives the parameters that `init` gives, bit for bit, and the outputs' shapes and dtypes
 * without their values. `inputs` have the batch first; with far too many examples to be computed it does the same.
 */
export function expectSameByShape(
  module: AnyModule,
  key: Tensor,
  inputs: readonly Tensor[],
  options: Readonly<Record<string, unknown>> = {},
): void {
  const [output, params] = module.init(key, ...inputs, options);
  const byShape = (batch?: number) => {
    const specs = inputs.map(({ shape, dtype }) => {
      const sizes = batch === undefined ? shape : [batch, ...shape.slice(1)];
      return new ShapeDtypeStruct(sizes, dtype as 'float32');
    });
    return module.initByShape(key, specs, options) as [unknown, nn.Params];
  };
  const [specs, sameParams] = byShape();
  const known = (value: unknown) =>
    tree.map((leaf: Tensor) => new ShapeDtypeStruct(leaf.shape, leaf.dtype as 'float32'), value);
  expect(specs).toEqual(known(output));
  expectSame(sameParams, params);

  const [ofMany, paramsOfMany] = byShape(MANY);
  for (const leaf of tree.leaves(ofMany)) expect(leaf).toBeInstanceOf(ShapeDtypeStruct);
  expectSame(paramsOfMany, params);
}

function expectSame(actual: nn.Params, expected: nn.Params): void {
  const values = (params: nn.Params) => tree.map((leaf: Tensor) => [leaf.shape, leaf.dataSync()], params);
  expect(tree.leaves(expected).every((leaf) => leaf instanceof Tensor)).toBe(true);
  expect(values(actual)).toEqual(values(expected));
}
