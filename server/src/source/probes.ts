import type { ModuleDefinition } from './definitions';
import { type InitCall, initCalls } from './initCalls';
import { boundNames, declaredNames, namesInside } from './names';
import { type Node, type ParsedFile, type Problem, walk } from './parse';
import { mentionedNames } from './references';
import type { InputTag } from './tags';
import { OBSERVER } from './wrap';

/** Code that tells the analysis process how to run a module. */
export interface Probe {
  readonly definition: number;
  readonly code: string;
  /** The top-level names that it uses. */
  readonly mentions: ReadonlySet<string>;
}

/** Runs a module on what its `@input` and `@with` tags say. */
export function tagProbe(
  { apply, tags }: ModuleDefinition,
  index: number,
): { probe: Probe | undefined; problems: readonly Problem[] } {
  const problems = [...tags.problems];
  const parameters = apply?.params.map((parameter) => boundNames(parameter as Node).map(({ name }) => name));
  const named = parameters?.filter((names) => !names.includes('this'));
  const inputs: (InputTag | undefined)[] = [];
  tags.inputs.forEach((tag, i) => {
    const { parameter } = tag;
    // Where apply is not in sight, its inputs come in the order of the tags.
    const place =
      parameter === undefined || named === undefined ? i : named.findIndex((names) => names.includes(parameter));
    if (place >= 0) inputs[place] = tag;
    else {
      const known = named?.flat().join(', ') || 'no parameters';
      problems.push({ ...tag, message: `apply has no parameter '${parameter}'; it has ${known}.`, severity: 'error' });
    }
  });
  if (tags.inputs.length === 0 || problems.length > 0) return { probe: undefined, problems };
  const specs = Array.from(inputs, (tag) => (tag ? JSON.stringify([tag.text, tag.textStart]) : 'undefined'));
  const options = tags.options === undefined ? '' : `, () => (${tags.options.text}), ${tags.options.start}`;
  const code = `${OBSERVER}.probeTags(${index}, [${specs.join(', ')}]${options});`;
  const mentions = tags.options?.mentions ?? new Set<string>();
  return { probe: { definition: index, code, mentions }, problems };
}

/** The init calls inside functions and loops whose arguments are made of top-level names only, by the module's name. */
export function probingCalls(file: ParsedFile): Map<string, InitCall> {
  const topLevel = new Set(file.program.body.flatMap(declaredNames));
  const calls = new Map<string, InitCall>();
  for (const call of file.program.body.flatMap((statement) => initCalls(statement, true))) {
    const { module } = call;
    if (module !== undefined && !calls.has(module) && runsAtTopLevel(call, topLevel)) calls.set(module, call);
  }
  return calls;
}

/** Runs a module as a call does. The key is the analysis' own. */
export function callProbe({ text }: ParsedFile, index: number, { method, node }: InitCall): Probe {
  const args = node.arguments.slice(1);
  const given = args.map(({ start, end }) => text.slice(start, end)).join(', ');
  const code = `${OBSERVER}.probeCall(${index}, '${method}', () => [${given}], ${node.start});`;
  const mentions = new Set(args.flatMap((argument) => [...mentionedNames(argument)]));
  return { definition: index, code, mentions };
}

function runsAtTopLevel({ node, parents }: InitCall, topLevel: ReadonlySet<string>): boolean {
  const local = new Set(parents.flatMap((parent) => [...namesInside(parent)]));
  return node.arguments
    .slice(1)
    .every(
      (argument) =>
        !belongsToFunction(argument) &&
        [...mentionedNames(argument)].every((name) => !local.has(name) && (topLevel.has(name) || name in globalThis)),
    );
}

/** Whether an expression means something only in the function that it stands in. */
function belongsToFunction(expression: Node): boolean {
  let found = false;
  walk(expression, (node) => {
    if (/^(AwaitExpression|YieldExpression|ThisExpression|Super|MetaProperty)$/.test(node.type)) found = true;
    return !found;
  });
  return found;
}
