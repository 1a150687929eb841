import { formatAval } from '../aval';
import { formatSize } from '../sizes';
import { broadcastShapes, result } from './makers';
import type { OpCall } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

const ELLIPSIS = '...';

/** One operand's or the output's labels, before and after its ellipsis: `b...d` is ['b'], ['d']. */
interface Subscript {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly ellipsis: boolean;
}

function parse(call: OpCall, equation: string): { inputs: Subscript[]; output: Subscript } {
  const sides = equation.split('->');
  const [left = '', right = ''] = sides;
  if (sides.length !== 2) call.fail(`'${equation}' should have one '->'`);
  const subscript = (text: string): Subscript => {
    const [before = '', after = '', ...more] = text.trim().split(ELLIPSIS);
    if (!/^[A-Za-z]*$/.test(before + after + more.join(''))) call.fail(`'${text}' in '${equation}' should be letters`);
    if (more.length > 0) call.fail(`'${text}' in '${equation}' has two ellipses`);
    return { before: [...before], after: [...after], ellipsis: text.includes(ELLIPSIS) };
  };
  const inputs = left.split(',').map(subscript);
  if (inputs.length > 2) call.fail(`'${equation}' has ${inputs.length} operands; TensorFlow takes one or two`);
  if (inputs.length !== call.inputs.length) call.fail(`'${equation}' has ${inputs.length} operands`);
  return { inputs, output: subscript(right) };
}

/** `EinsumShape` (tensorflow/core/framework/common_shape_fns.cc): one size a label, ellipses broadcast. */
const rule: ShapeRule = (call) => {
  const equation = call.string('equation');
  const { inputs, output } = parse(call, equation);
  const sizes = new Map<string, number>();
  let broadcast: number[] | undefined = [];

  inputs.forEach(({ before, after, ellipsis }, index) => {
    const operand = index === 0 ? call.input(0) : call.inputLike(call.input(0), index);
    const { shape } = operand;
    const rest = shape.length - before.length - after.length;
    if (rest < 0 || (rest > 0 && !ellipsis)) {
      call.fail(`'${equation}' names ${before.length + after.length} axes of ${formatAval(operand)}`);
    }
    [...before, ...after].forEach((label, i) => {
      const axis = i < before.length ? i : i + rest;
      const size = shape[axis] ?? 0;
      const known = sizes.get(label) ?? size;
      if (known !== size) call.fail(`'${label}' in '${equation}' is ${formatSize(known)} and ${formatSize(size)}`);
      sizes.set(label, size);
    });
    const middle = shape.slice(before.length, before.length + rest);
    broadcast = broadcast && broadcastShapes(broadcast, middle);
  });
  if (broadcast === undefined) call.fail(`the ellipses of '${equation}' do not broadcast`);
  if (broadcast.length > 0 && !output.ellipsis) call.fail(`the output of '${equation}' needs an ellipsis`);

  // TensorFlow leaves out an axis whose label no operand has.
  const labelled = (label: string) => sizes.get(label) ?? [];
  const shape = [...output.before.flatMap(labelled), ...broadcast, ...output.after.flatMap(labelled)];
  return result(shape, call.input(0).dtype);
};

/** Einstein's notation. */
export const einsum: ShapeRules = { Einsum: rule };
