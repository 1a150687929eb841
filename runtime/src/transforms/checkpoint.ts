import { type NamedTensorMap, Tensor } from '#tfjs';
import { programs, transforms } from '../bindings/stack';
import * as tree from '../tree';
import { aliasOf, linked } from './alias';
import { outputsOf } from './arguments';
import { type Program, watch } from './program';
import { isRecording, record, recordStep } from './tape';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

/**
 * The same function, of which gradients keep the arguments only: what it computes on the way is computed again on the way
 * back (jax.checkpoint). The output is a pytree of tensors. `fn` itself runs once: modules in it are called and keys made
 * once. State that modules change must be inside of it.
 */
export function checkpoint<A extends Any[], R>(fn: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    if (!isRecording() && programs.top === undefined) return fn(...args);
    const [leaves, structure] = tree.flatten(args);
    const given = leaves.filter((leaf) => leaf instanceof Tensor);
    const inputs = given.map(aliasOf);
    let next = 0;
    const changed = leaves.map((leaf) => (leaf instanceof Tensor ? inputs[next++] : leaf));
    const { output, builder } = watch(inputs, () =>
      transforms.with({ name: 'checkpoint', repeats: false }, () => {
        return outputsOf('checkpoint', fn(...(tree.unflatten(structure, changed) as A)));
      }),
    );
    const program = builder.build(inputs, output.outputs);
    // What the function gives back may be an argument itself.
    const outputs = output.outputs.map(aliasOf);
    remember(program, given, inputs, outputs);
    return tree.unflatten(output.structure, outputs) as R;
  };
}

/** jax.remat, the same. */
export const remat: typeof checkpoint = checkpoint;

/** Puts a checkpointed call on the tape, and into the program that is being watched. */
function remember(
  program: Program,
  given: readonly Tensor[],
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
): void {
  const sources = [...given, ...program.constants.keys()];
  const copies = [...inputs, ...program.constants.values()];
  const named = Object.fromEntries(sources.map((source, i) => [String(i), source])) as NamedTensorMap;
  copies.forEach((copy, i) => {
    linked(sources[i] as Tensor, copy);
  });
  programs.top?.note(named, outputs, rerun(program, given.length));
  recordCall(program, sources, copies, outputs, given.length);
}

/** The call as an instruction of an outer program: holds nothing of the first run. */
const rerun = (program: Program, inputCount: number) => (named: NamedTensorMap) => {
  const sources = Object.values(named);
  const copies = sources.map((x) => linked(x));
  const outputs = program.run(copies.slice(0, inputCount), copies.slice(inputCount)).map((x) => linked(x));
  recordCall(program, sources, copies, outputs, inputCount);
  return outputs;
};

function recordCall(
  program: Program,
  sources: readonly Tensor[],
  copies: readonly Tensor[],
  outputs: readonly Tensor[],
  inputCount: number,
): void {
  const named = Object.fromEntries(sources.map((source, i) => [String(i), source])) as NamedTensorMap;
  recordStep('checkpoint', named, [...outputs], (cotangents) => {
    const fresh = copies.map((copy, i) => connected(copy, sources[i] as Tensor));
    const run = () => program.run(fresh.slice(0, inputCount), fresh.slice(inputCount));
    const recording = record('checkpoint', run, fresh, (made) => made);
    const back = recording.pullback(cotangents.map((dy, i) => (outputs[i]?.dtype === 'float32' ? dy : undefined)));
    recording.dispose();
    return Object.fromEntries(back.map((dx, i) => [String(i), () => dx]));
  });
}

/** Another tensor over the same data, which the tape knows to be `source`. */
function connected(copy: Tensor, source: Tensor): Tensor {
  const alias = linked(copy);
  recordStep('Identity', { x: source } as NamedTensorMap, [alias], ([dy]) => ({ x: () => dy as Tensor }));
  return alias;
}
