/** A recorded function as text, as JAX prints jaxprs. */
import { type Aval, formatAval } from '../../bindings/aval';
import type { AttrValue, NodeDef } from '../../bindings/graph/graphDef';
import type { GraphTensor, Trace } from '../../bindings/graph/trace';

const text = new TextDecoder();

/** `a`, `b`, … `z`, `aa`, … */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

/**
 * `{ lambda ; a:f32[2, 3] b:f32[3]. let c:f32[2, 3] = AddV2 a b in (c) }`, one op a line. Small constants stand where they are
 * used.
 */
export function printTrace(trace: Trace, nodes: readonly NodeDef[], outputs: readonly GraphTensor[]): string {
  const names = new Map<string, string>();
  let next = 0;
  const nameOf = (output: string) => {
    let name = names.get(output);
    if (name === undefined) {
      name = letters(next++);
      names.set(output, name);
    }
    return name;
  };
  const typed = (output: string, aval: Aval) => `${nameOf(output)}:${formatAval(aval)}`;
  const inputs = trace.inputs.map((input) => typed(input.name, input)).join(' ');
  const constants = new Map(
    nodes.filter(({ op }) => op === 'Const').map((node) => [node.name, printConstant(node, trace)]),
  );
  const reference = (output: string) => constants.get(output) ?? nameOf(output);
  const lines = nodes
    .filter(({ op }) => op !== 'Placeholder' && op !== 'Const')
    .map(({ name, op, input, attr, device }) => {
      const made = trace.outputsOf(name).map((aval, i) => typed(i === 0 ? name : `${name}:${i}`, aval));
      return `    ${made.join(' ')} = ${op}${printAttrs(attr)} ${input.map(reference).join(' ')}${device === undefined ? '' : ` on ${device.slice(8).toLowerCase()}`}`;
    });
  const results = outputs.map(({ name }) => reference(name)).join(', ');
  return [`{ lambda ; ${inputs}. let`, ...lines, `  in (${results}) }`].join('\n');
}

function printConstant({ name }: NodeDef, trace: Trace): string {
  const [aval] = trace.outputsOf(name);
  const values = aval?.values;
  if (values === undefined || values.length > 8) return aval === undefined ? name : formatAval(aval);
  const listed = Array.from(values as ArrayLike<number>, (value) => Number(value.toPrecision(6)));
  return aval?.shape.length === 0 ? String(listed[0]) : `[${listed.join(' ')}]`;
}

/** Dtypes and what is as it always is say nothing that the avals do not. */
function printAttrs(attr: NodeDef['attr']): string {
  const told = Object.entries(attr).flatMap(([name, value]) => {
    const printed = printAttr(value);
    return printed === undefined ? [] : [`${name}=${printed}`];
  });
  return told.length === 0 ? '' : `[${told.join(' ')}]`;
}

function printAttr({ b, f, i, s, func, list }: AttrValue): string | undefined {
  if (b !== undefined) return b ? 'true' : undefined;
  if (s !== undefined) return text.decode(s) || undefined;
  if (func !== undefined) return func.name;
  const numbers = list?.i ?? list?.f;
  if (numbers !== undefined) return numbers.length > 0 ? `[${numbers.join(',')}]` : undefined;
  return i === undefined && f === undefined ? undefined : String(i ?? f);
}
