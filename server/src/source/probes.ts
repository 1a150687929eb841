import type { ModuleDefinition } from './definitions';
import { boundNames, declaredNames, mentionedNames } from './names';
import { type Node, type ParsedFile, type Problem, walk } from './parse';
import { type InitCall, initCalls } from './slice';
import type { InputTag, ModuleTags } from './tags';

/** Code at a file's end that tells the analysis process how to run a module. `$` is the observer's name. */
export interface Probe {
  readonly definition: number;
  readonly code: string;
  /** The top-level names that it uses. */
  readonly mentions: ReadonlySet<string>;
}

/** Runs a module on what its `@input` and `@with` tags say. */
export function tagProbe(
  definition: ModuleDefinition,
  index: number,
  tags: ModuleTags,
  observer: string,
): { probe: Probe | undefined; problems: Problem[] } {
  if (tags.inputs.length === 0 || definition.variable === undefined) return { probe: undefined, problems: [] };
  const parameters = (definition.apply?.params ?? []).map((parameter) =>
    boundNames(parameter as Node).map(({ name }) => name),
  );
  const problems: Problem[] = [];
  const inputs: (InputTag | undefined)[] = [];
  tags.inputs.forEach((tag, i) => {
    const place =
      tag.parameter === undefined ? i : parameters.findIndex((names) => names.includes(tag.parameter as string));
    if (place >= 0) inputs[place] = tag;
    else {
      const known = parameters.flat().join(', ') || 'no parameters';
      problems.push({
        ...tag,
        message: `apply has no parameter '${tag.parameter}'; it has ${known}.`,
        severity: 'error',
      });
    }
  });
  const specs = Array.from(inputs, (tag) =>
    tag === undefined ? 'undefined' : JSON.stringify([tag.text, tag.textStart]),
  );
  const options = tags.options === undefined ? '' : `, () => (${tags.options.text})`;
  const code = `${observer}.probeTags(${index}, () => ${definition.variable}, [${specs.join(', ')}]${options});`;
  return { probe: { definition: index, code, mentions: tags.options?.mentions ?? new Set() }, problems };
}

/**
 * Runs a module as an `initByShape` or `init` call inside a function does, where the call's arguments are made of
 * top-level names only. The key is the analysis' own.
 */
export function callProbe(
  file: ParsedFile,
  definition: ModuleDefinition,
  index: number,
  observer: string,
): Probe | undefined {
  const topLevel = new Set(file.program.body.flatMap(declaredNames));
  const found = file.program.body
    .flatMap((statement) => initCalls(statement, true))
    .find((call) => call.module === definition.variable && runsAtTopLevel(call, topLevel));
  if (found === undefined) return undefined;
  const args = found.node.arguments.slice(1).map(({ start, end }) => file.text.slice(start, end));
  const call = `${definition.variable}.${found.method}(${[`${observer}.key()`, ...args].join(', ')})`;
  const mentions = new Set(found.node.arguments.slice(1).flatMap((argument) => [...mentionedNames(argument)]));
  return { definition: index, code: `${observer}.probeCall(${index}, () => ${call});`, mentions };
}

function runsAtTopLevel({ node, functions }: InitCall, topLevel: ReadonlySet<string>): boolean {
  const local = new Set(functions.flatMap(localNames));
  return node.arguments
    .slice(1)
    .every((argument) =>
      [...mentionedNames(argument)].every((name) => !local.has(name) && (topLevel.has(name) || name in globalThis)),
    );
}

/** The names declared anywhere inside a function: more than are visible at one place in it, never less. */
function localNames(fn: Node): string[] {
  const names: string[] = [];
  walk(fn, (node) => {
    if (node.type === 'VariableDeclarator') names.push(...boundNames(node.id).map(({ name }) => name));
    if ('params' in node && Array.isArray(node.params)) {
      for (const parameter of node.params) names.push(...boundNames(parameter as Node).map(({ name }) => name));
    }
    if (node.type === 'CatchClause' && node.param) names.push(...boundNames(node.param).map(({ name }) => name));
    if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id) names.push(node.id.name);
  });
  return names;
}
