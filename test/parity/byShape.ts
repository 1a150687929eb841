/** What holds of every module: from shapes alone it makes the parameters that it makes from inputs, and nothing else. */
import { expect } from 'vitest';
import { nn, ShapeDtypeStruct, type Tensor, tree } from '../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: any module, whatever its inputs and options.
type AnyModule = nn.ModuleOf<any>;

/** Many examples: outputs of that many would take minutes, or more memory than there is. */
const MANY = 2 ** 24;

/**
 * Fails unless `initByShape` gives the parameters and the state that `init` gives, bit for bit, and of the outputs the
 * shapes and dtypes without the values. In `inputs`, a list of pytrees, the first axis that is as long as the first
 * tensor's is the batch; with far too many examples to be computed it does the same.
 */
export function expectSameByShape(
  module: AnyModule,
  key: Tensor,
  inputs: readonly unknown[],
  options: Readonly<Record<string, unknown>> = {},
): void {
  const [[output, params], state] = nn.stateful(() => module.init(key, ...inputs, options));
  const examples = (tree.leaves(inputs)[0] as Tensor).shape[0];
  const byShape = (batch: number | undefined) => {
    const specs = tree.map(({ shape, dtype }: Tensor) => {
      const sizes = shape[0] === examples && batch !== undefined ? [batch, ...shape.slice(1)] : shape;
      return new ShapeDtypeStruct(sizes, dtype as 'float32');
    }, inputs);
    const [[specsOut, made], stateMade] = nn.stateful(() => module.initByShape(key, specs, options));
    expectSame(made, params);
    expectSame(stateMade, state);
    return specsOut;
  };
  const known = (value: unknown) =>
    tree.map((leaf: Tensor) => new ShapeDtypeStruct(leaf.shape, leaf.dtype as 'float32'), value);
  expect(byShape(undefined)).toEqual(known(output));

  const ofMany = tree.leaves(byShape(MANY));
  expect(ofMany).toHaveLength(tree.leaves(output).length);
  for (const leaf of ofMany) expect(leaf).toBeInstanceOf(ShapeDtypeStruct);
}

function expectSame(actual: unknown, expected: unknown): void {
  const [made, wanted] = [actual, expected].map((held) => tree.leaves(held) as Tensor[]) as [Tensor[], Tensor[]];
  expect(made.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    wanted.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  // As bytes: comparing them one by one takes long.
  const bytes = (tensor: Tensor) => {
    const { buffer, byteOffset, byteLength } = tensor.dataSync();
    return Buffer.from(buffer, byteOffset, byteLength);
  };
  expect(made.every((tensor, i) => bytes(tensor).equals(bytes(wanted[i] as Tensor)))).toBe(true);
}
