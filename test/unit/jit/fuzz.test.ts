/** Random programs give the same however they run: op by op, compiled, for many examples at once; gradients as well. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grad, jit, jnp, random, type Tensor, vmap } from '../../../runtime/src/index';
import { OPS, type Program, program, run, type Step } from './programs';

/** The same programs in every run; `FUZZ_SEED=… FUZZ_RUNS=…` looks for others. */
const SEED = Number(process.env.FUZZ_SEED ?? 5);
const RUNS = Number(process.env.FUZZ_RUNS ?? 60);
const EXAMPLES = 3;

type Outputs = Tensor[];

/** The inputs with an axis of examples in front. */
const inputsOf = ({ shapes }: Program): Tensor[] =>
  shapes.map((shape, i) => random.normal(random.PRNGKey(i + 17), [EXAMPLES, ...shape]));

const example = (inputs: readonly Tensor[], i: number) => inputs.map((input) => input.gather(i));

function stacked(rows: readonly Outputs[]): Outputs {
  return (rows[0] as Outputs).map((_, i) => jnp.stack(rows.map((row) => row[i] as Tensor)));
}

function expectSame(what: string, actual: Outputs, expected: Outputs, tolerance = 2e-4): void {
  expect(
    actual.map(({ shape, dtype }) => ({ shape, dtype })),
    what,
  ).toEqual(expected.map(({ shape, dtype }) => ({ shape, dtype })));
  actual.forEach((tensor, i) => {
    const [found, wanted] = [tensor.dataSync(), (expected[i] as Tensor).dataSync()];
    const scale = Math.max(1, ...Array.from(wanted, Math.abs));
    wanted.forEach((value, j) => {
      const other = found[j] as number;
      if (!(Math.abs(other - value) <= tolerance * scale)) {
        throw new Error(`${what}: ${other} is not ${value}, at ${j} of result ${i}.`);
      }
    });
  });
}

/** Everything that must agree, with the way that a program runs. */
function check(p: Program, compilers: readonly ('graph' | 'xla')[]): void {
  const f = (...inputs: Tensor[]): Outputs => run(p, inputs);
  const loss = (...inputs: Tensor[]): Tensor =>
    run(p, inputs).reduce((sum, output) => sum.add(output.mul(0.7).sum()) as Tensor, jnp.asarray(0));
  const argnums = p.shapes.map((_, i) => i);
  const all = inputsOf(p);
  const [first] = [example(all, 0)];
  const each = <T>(fn: (inputs: Tensor[]) => T) => Array.from({ length: EXAMPLES }, (_, i) => fn(example(all, i)));
  const g = grad(loss, { argnums }) as unknown as (...inputs: Tensor[]) => Outputs;
  const values = stacked(each((inputs) => f(...inputs)));
  const gradients = stacked(each((inputs) => g(...inputs)));
  const ofFirst = (outputs: Outputs) => outputs.map((output) => output.gather(0) as Tensor);
  for (const compiler of compilers) {
    expectSame(`jit, ${compiler}`, jit(f, { compiler })(...first), ofFirst(values));
    expectSame(`jit of grad, ${compiler}`, jit(g, { compiler })(...first), ofFirst(gradients));
    const ofJit = grad(jit(loss, { compiler }), { argnums }) as unknown as typeof g;
    expectSame(`grad of jit, ${compiler}`, ofJit(...first), ofFirst(gradients));
    expectSame(`jit of vmap, ${compiler}`, jit(vmap(f), { compiler })(...all), values);
  }
  expectSame('vmap', vmap(f)(...all), values);
  expectSame('vmap of grad', vmap(g)(...all), gradients);
  expectSame('vmap of jit', vmap(jit(f))(...all), values);
  const summed = grad((...inputs: Tensor[]) => vmap(loss)(...inputs).sum() as Tensor, { argnums });
  expectSame('grad of vmap', summed(...all) as unknown as Outputs, gradients);
  expectSame('jit of vmap of grad', jit(vmap(g), { compiler: 'graph' })(...all), gradients);
}

const told = ({ shapes, steps }: Program) =>
  `shapes ${JSON.stringify(shapes)}, steps ${steps.map(({ op, operand, other, choice }) => `${op}(${operand},${other},${choice})`).join(' ')}`;

const holds = (compilers: readonly ('graph' | 'xla')[], numRuns: number, seed: number) =>
  fc.assert(
    fc.property(program, (p) => {
      try {
        check(p, compilers);
      } catch (error) {
        throw new Error(`${told(p)}: ${(error as Error).message}`, { cause: error });
      }
    }),
    { numRuns, seed },
  );

test.each(Object.keys(OPS))('%s alone', (op) => {
  const alone: Step = { op, operand: 0, other: 1, choice: 1 };
  check({ shapes: [[2, 3], [3]], steps: [alone] }, ['graph']);
});

test('op by op, compiled, and for many examples', { timeout: 300_000 }, () => holds(['graph'], RUNS, SEED));

test('gradients of gradients', { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(program, (p) => {
      const argnums = p.shapes.map((_, i) => i);
      const loss = (...inputs: Tensor[]): Tensor => (run(p, inputs).at(-1) as Tensor).sum();
      const first = grad(loss, { argnums }) as unknown as (...inputs: Tensor[]) => Outputs;
      const slope = (...inputs: Tensor[]): Tensor =>
        first(...inputs).reduce((sum, g) => sum.add(g.sin().sum()) as Tensor, jnp.asarray(0));
      const second = grad(slope, { argnums }) as unknown as typeof first;
      const all = inputsOf(p);
      try {
        const expected = stacked(Array.from({ length: EXAMPLES }, (_, i) => second(...example(all, i))));
        expectSame(
          'jit',
          jit(second, { compiler: 'graph' })(...example(all, 1)),
          expected.map((g) => g.gather(1)),
        );
        expectSame('vmap', vmap(second)(...all), expected);
      } catch (error) {
        throw new Error(`${told(p)}: ${(error as Error).message}`, { cause: error });
      }
    }),
    { numRuns: Math.ceil(RUNS / 3), seed: SEED + 2 },
  );
});

test('the same with XLA', { timeout: 300_000 }, () => holds(['xla'], Math.ceil(RUNS / 6), SEED + 1));
