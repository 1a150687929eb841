import type { Class, Function as FunctionNode } from 'oxc-parser';
import { boundNames } from './names';
import { type Node, type ParsedFile, type Range, walk } from './parse';

/** One `nn.module(class … )` of a file. */
export interface ModuleDefinition {
  /** The variable that holds the callable; undefined for a module without a name of its own. */
  readonly variable: string | undefined;
  /** The class's name, or the one given to nn.module. */
  readonly name: string;
  readonly nameRange: Range;
  readonly call: Range;
  readonly body: Class;
  /** The `apply` method, if the class itself has one. */
  readonly apply: FunctionNode | undefined;
  /** Index of its top-level statement. */
  readonly statement: number;
}

/** The modules that a file defines. */
export function moduleDefinitions({ program }: ParsedFile): ModuleDefinition[] {
  const imported = importedNames(program.body);
  if (imported.size === 0) return [];
  const definitions: ModuleDefinition[] = [];
  program.body.forEach((statement, index) => {
    walk(statement, (node, parents) => {
      if (node.type !== 'CallExpression' || !isModuleCall(node.callee, imported)) return;
      const body = node.arguments.at(-1);
      if (body?.type !== 'ClassExpression') return;
      const given = node.arguments.length === 2 ? node.arguments[0] : undefined;
      const declarator = parents.findLast((parent) => parent.type === 'VariableDeclarator');
      const variable = declarator?.init === node ? boundNames(declarator.id)[0] : undefined;
      const literal = given?.type === 'Literal' && typeof given.value === 'string' ? given : undefined;
      const nameNode = variable ?? body.id ?? literal ?? node;
      definitions.push({
        variable: variable?.name,
        name: (literal?.value as string | undefined) ?? body.id?.name ?? variable?.name ?? 'module',
        nameRange: { start: nameNode.start, end: nameNode.end },
        call: { start: node.start, end: node.end },
        body,
        apply: methodNamed(body, 'apply'),
        statement: index,
      });
    });
  });
  return definitions;
}

/** Local names of what the file imports from distaff: `nn`, an alias of it, `module`, or a whole namespace. */
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

export function methodNamed(body: Class, name: string): FunctionNode | undefined {
  for (const member of body.body.body) {
    if (member.type !== 'MethodDefinition' || member.key.type !== 'Identifier' || member.key.name !== name) continue;
    return member.value as FunctionNode;
  }
  return undefined;
}

/** Whether a text can concern us at all; cheap enough to ask on every keystroke. */
export function importsDistaff(text: string): boolean {
  return /(?:from|import)\s*['"]distaff['"]/.test(text);
}
