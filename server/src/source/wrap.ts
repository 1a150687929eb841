import type MagicString from 'magic-string';
import { bare, isFunction, isType } from './nodes';
import { type Node, type Range, walk } from './parse';

/** The name of the observer in evaluated code; user code has no such name. */
export const OBSERVER = '__distaff';

/**
 * Puts an expression between an opening and its closing. Of openings at one place the first stays outermost; what ends
 * at a place is closed before anything opens there.
 */
export function wrap(source: MagicString, { start, end }: Range, opening: string, closing: string): void {
  // The space keeps `return(x)` a return.
  source.appendRight(start, ` ${opening}`);
  source.prependLeft(end, closing);
}

/** Passes an expression's value through one of the observer's functions. */
export function observe(source: MagicString, node: Range, call: string): void {
  // The parentheses keep `return a, b` one value.
  wrap(source, node, `${OBSERVER}.${call}(`, '))');
}

/**
 * A failing top-level statement is reported and costs only what depends on it: initializers give a stand-in, whole
 * statements are left there.
 */
export function guard(source: MagicString, statement: Node): void {
  if (/Statement$/.test(statement.type) && !('directive' in statement && statement.directive)) {
    source.appendRight(statement.start, 'try { ');
    source.appendLeft(statement.end, ` } catch (error) { ${OBSERVER}.failed(error); }`);
    return;
  }
  walk(statement, (node) => {
    if (isFunction(node)) return false;
    if (node.type === 'VariableDeclarator' && node.init !== null && mayThrow(node.init)) guardValue(source, node.init);
    else if (node.type === 'ExportDefaultDeclaration' && mayThrow(node.declaration))
      guardValue(source, node.declaration);
  });
}

function guardValue(source: MagicString, value: Node): void {
  if (containsAwait(value)) wrap(source, value, `await ${OBSERVER}.guardAsync(async () => (`, '))');
  else wrap(source, value, `${OBSERVER}.guard(() => (`, '))');
}

/** Functions and classes are left alone: they take their name from the variable. */
function mayThrow(value: Node): boolean {
  const { type } = bare(value);
  const isPlain = /^(Literal|Identifier|(Function|ArrowFunction|Class)Expression)$|Declaration$/.test(type);
  return !isPlain && !isType(value);
}

/** Whether evaluating the expression awaits, not counting functions inside it. */
function containsAwait(expression: Node): boolean {
  let found = false;
  walk(expression, (node) => {
    if (isFunction(node)) return false;
    if (node.type === 'AwaitExpression') found = true;
    return !found;
  });
  return found;
}
