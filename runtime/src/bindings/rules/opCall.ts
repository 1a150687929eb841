import { type Aval, formatAval, formatDtype } from '../aval';
import type { OpAttr } from '../binding';
import { ConcretizationError } from '../concretization';
import { type Dtypes, formatDtypes, INTEGER } from './dtypes';
import { ShapeError } from './rule';

/** More operands than these are not read in a message. */
const MOST_OPERANDS_PRINTED = 6;

/** One call of a TensorFlow op as its rule reads it. */
export class OpCall {
  constructor(
    readonly op: string,
    readonly inputs: readonly Aval[],
    private readonly attrs: readonly OpAttr[],
  ) {}

  /** An operand of one of these dtypes. */
  input(index: number, dtypes?: Dtypes): Aval {
    const aval = this.inputs[index];
    if (aval === undefined) this.fail(`takes more than ${this.inputs.length} operands`);
    if (dtypes !== undefined && !dtypes.includes(aval.dtype)) {
      this.fail(`takes ${formatDtypes(dtypes)}, not ${formatDtype(aval.dtype)}`);
    }
    return aval;
  }

  /** An operand with as many axes as `axes` names. */
  inputOf(axes: readonly string[], index: number, dtypes?: Dtypes): Aval {
    const aval = this.input(index, dtypes);
    if (aval.shape.length !== axes.length) {
      const needed = axes.length === 0 ? 'a scalar' : `[${axes.join(', ')}]`;
      this.fail(`${formatAval(aval)} should be ${needed}`);
    }
    return aval;
  }

  /** An operand that must have another one's dtype, and as many axes as `axes` names. */
  inputLike(other: Aval, index: number, axes?: readonly string[]): Aval {
    const aval = this.input(index);
    if (aval.dtype !== other.dtype) this.fail('dtypes differ', operands([other, aval], ' and '));
    return axes === undefined ? aval : this.inputOf(axes, index);
  }

  /** The values of an operand that decides the output's shape. `meaning` names the operand: 'shape', 'axes'. */
  values(index: number, meaning: string, dtypes: Dtypes = INTEGER): number[] {
    const aval = this.input(index, dtypes);
    if (aval.values === undefined) throw new ConcretizationError(`${this.op} needs the values of its ${meaning}`);
    return Array.from(aval.values as ArrayLike<number>);
  }

  /** Whether an operand's values are known before the op runs. */
  known(index: number): boolean {
    return this.input(index).values !== undefined;
  }

  /** The value of a scalar operand. */
  value(index: number, meaning: string, dtypes?: Dtypes): number {
    const [value, ...more] = this.values(index, meaning, dtypes);
    if (value === undefined || more.length > 0) this.fail(`its ${meaning} should be one number`);
    return value;
  }

  /** An operand's one value as an axis of `rank`, counted from the front. */
  axis(index: number, rank: number): number {
    return this.axisOf(this.value(index, 'axis'), rank);
  }

  /** A negative axis counts from the end. */
  axisOf(axis: number, rank: number): number {
    if (axis < -rank || axis >= rank) this.fail(`there is no axis ${axis}`);
    return axis < 0 ? axis + rank : axis;
  }

  int(name: string, otherwise?: number): number {
    return this.attr(name, otherwise);
  }

  ints(name: string, otherwise?: readonly number[]): readonly number[] {
    return this.attr(name, otherwise);
  }

  string(name: string, otherwise?: string): string {
    return this.attr(name, otherwise);
  }

  /** TensorFlow's flags are false where they are not given. */
  flag(name: string): boolean {
    return this.attr(name, false);
  }

  /** A TF_ dtype constant. */
  dtype(name: string): number {
    return this.attr(name);
  }

  private attr<T>(name: string, otherwise?: T): T {
    const given = this.attrs.find((attr) => attr.name === name)?.value as T | undefined;
    return given ?? otherwise ?? this.fail(`its attribute ${name} is missing`);
  }

  /** `Op: problem: operands`. */
  fail(problem: string, printed = operands(this.inputs)): never {
    throw new ShapeError(`${this.op}: ${problem}${printed && `: ${printed}`}`);
  }
}

/** `f32[2, 3], i32[2]`. */
export function operands(avals: readonly Aval[], separator = ', '): string {
  const printed = avals.slice(0, MOST_OPERANDS_PRINTED).map(formatAval);
  if (avals.length > printed.length) printed.push('…');
  return printed.join(separator);
}
