import type { Class, Function as FunctionNode, MethodDefinition } from 'oxc-parser';
import { boundNames } from './names';
import { bare } from './nodes';
import { type Node, type ParsedFile, type Range, walk } from './parse';
import { type ModuleTags, tagsBefore } from './tags';

/** One `nn.module(class … )` of a file, or a partial of one that has `@input` tags of its own. */
export interface ModuleDefinition {
  /** The variable that holds the callable; undefined for a module without a name of its own. */
  readonly variable: string | undefined;
  /** The class's name, or the one given to nn.module. */
  readonly name: string;
  readonly nameRange: Range;
  /** The call that makes the callable. */
  readonly call: Range;
  /** The class; a partial has none of its own. */
  readonly body: Class | undefined;
  /** For a partial, the index of the module that it is of, if that is in the file. */
  readonly whole: number | undefined;
  /** The `apply` method, also of a base class or a partial's module where these are in the file. */
  readonly apply: FunctionNode | undefined;
  /** Index of its top-level statement. */
  readonly statement: number;
  readonly tags: ModuleTags;
}

type CallExpression = Extract<Node, { type: 'CallExpression' }>;

/** The modules that a file defines. */
export function moduleDefinitions(file: ParsedFile): ModuleDefinition[] {
  const { body: statements } = file.program;
  const imported = importedNames(statements);
  if (imported.size === 0) return [];
  const classes = classDeclarations(statements);
  const definitions: ModuleDefinition[] = [];
  statements.forEach((statement, index) => {
    walk(statement, (node, parents) => {
      if (node.type !== 'CallExpression') return;
      if (isModuleCall(node.callee, imported)) addModule(node, parents, index);
      else if (isPartialCall(node.callee)) addPartial(node, parents, index);
    });
  });
  return definitions;

  function addModule(node: CallExpression, parents: readonly Node[], statement: number): void {
    const given = node.arguments.at(-1);
    const declared = given?.type === 'Identifier' ? classes.get(given.name) : undefined;
    const body = given?.type === 'ClassExpression' ? given : declared?.body;
    if (body === undefined) return;
    const first = node.arguments.length === 2 ? node.arguments[0] : undefined;
    const literal = first?.type === 'Literal' && typeof first.value === 'string' ? first : undefined;
    const variable = variableOf(node, parents);
    const named = variable ?? body.id ?? literal ?? node;
    const own = methodOf(body, 'apply');
    const anchors = [...declarationStarts(node, parents), body.start, ...(declared?.starts ?? []), own?.start ?? -1];
    definitions.push({
      variable: variable?.name,
      name: (literal?.value as string | undefined) ?? body.id?.name ?? variable?.name ?? 'module',
      nameRange: { start: named.start, end: named.end },
      call: { start: node.start, end: node.end },
      body,
      whole: undefined,
      apply: applyOf(body),
      statement,
      tags: tagsBefore(file, anchors),
    });
  }

  function addPartial(node: CallExpression, parents: readonly Node[], statement: number): void {
    const variable = variableOf(node, parents);
    if (variable === undefined || node.callee.type !== 'MemberExpression') return;
    const tags = tagsBefore(file, declarationStarts(node, parents));
    if (tags.inputs.length === 0 && tags.problems.length === 0) return;
    const { object } = node.callee;
    const found = definitions.findIndex((other) => object.type === 'Identifier' && other.variable === object.name);
    definitions.push({
      variable: variable.name,
      name: variable.name,
      nameRange: { start: variable.start, end: variable.end },
      call: { start: node.start, end: node.end },
      body: undefined,
      whole: found < 0 ? undefined : found,
      apply: definitions[found]?.apply,
      statement,
      tags,
    });
  }

  function applyOf(body: Class): FunctionNode | undefined {
    const own = methodOf(body, 'apply');
    if (own !== undefined) return own.value as FunctionNode;
    const base = body.superClass?.type === 'Identifier' ? classes.get(body.superClass.name)?.body : undefined;
    return base === undefined || base === body ? undefined : applyOf(base);
  }
}

/** Local names of what the file imports from distaff: `nn`, an alias of it, or a whole namespace. */
function importedNames(statements: readonly Node[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of statements) {
    if (statement.type !== 'ImportDeclaration' || statement.source.value !== 'distaff') continue;
    for (const specifier of statement.specifiers) {
      const { imported } = specifier as { imported?: { name?: string; value?: string } };
      names.set(specifier.local.name, imported?.name ?? imported?.value ?? '*');
    }
  }
  return names;
}

/** The file's top-level classes, with where the docs of each end. */
function classDeclarations(statements: readonly Node[]): Map<string, { body: Class; starts: number[] }> {
  const classes = new Map<string, { body: Class; starts: number[] }>();
  for (const statement of statements) {
    const declared =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? statement.declaration
        : statement;
    if (declared?.type !== 'ClassDeclaration' || declared.id === null) continue;
    classes.set(declared.id.name, { body: declared, starts: [statement.start, declared.start] });
  }
  return classes;
}

/** `nn.module`, or `distaff.nn.module` of a namespace import. */
function isModuleCall(callee: Node, imported: ReadonlyMap<string, string>): boolean {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  if (callee.property.name !== 'module') return false;
  const { object } = callee;
  if (object.type === 'Identifier') return imported.get(object.name) === 'nn';
  return (
    object.type === 'MemberExpression' &&
    object.object.type === 'Identifier' &&
    imported.get(object.object.name) === '*'
  );
}

function isPartialCall(callee: Node): boolean {
  return (
    callee.type === 'MemberExpression' && !callee.computed && (callee.property as { name: string }).name === 'partial'
  );
}

function variableOf(call: CallExpression, parents: readonly Node[]) {
  const declarator = parents.findLast(({ type }) => type === 'VariableDeclarator');
  if (declarator?.type !== 'VariableDeclarator' || declarator.init === null) return undefined;
  return bare(declarator.init) === call ? boundNames(declarator.id)[0] : undefined;
}

/** Where the docs of a module end: before its declarator, and before the statement if that starts with it. */
function declarationStarts(node: Node, parents: readonly Node[]): number[] {
  const at = parents.findLastIndex(({ type }) => type === 'VariableDeclaration' || /Statement$/.test(type));
  const declaration = parents[at];
  if (declaration?.type !== 'VariableDeclaration') return [(parents[0] ?? node).start];
  const declarator = parents[at + 1] as Node;
  if (declaration.declarations[0] !== declarator) return [declarator.start];
  const around = parents[at - 1];
  return [declaration.start, ...(around?.type === 'ExportNamedDeclaration' ? [around.start] : [])];
}

function methodOf(body: Class, name: string): MethodDefinition | undefined {
  for (const member of body.body.body) {
    if (member.type !== 'MethodDefinition' || member.value.body === null) continue;
    if (member.key.type === 'Identifier' && member.key.name === name) return member;
  }
  return undefined;
}

/** Whether a text can concern us at all; cheap enough to ask on every keystroke. */
export function importsDistaff(text: string): boolean {
  return /(?:from|import)\s*['"]distaff['"]/.test(text);
}
