import { bare, nameOf } from './nodes';
import type { Node } from './parse';
import { walkFree } from './references';

/** Methods that change what they are called on, whatever it is. */
const MUTATORS =
  /^(push|unshift|pop|shift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear|append|register|extend|update)$/;
/** Methods that leave what they are called on as it is. */
const READERS =
  /^(forEach|map|filter|reduce|reduceRight|some|every|find|findIndex|findLast|includes|indexOf|join|slice|at|concat|flat|flatMap|keys|values|entries|get|has|toString|then|catch|finally|init|initByShape|create|createByShape|asDict|call|apply|partial|shared)$/;

/** What is known of imported names. */
export interface Imported {
  readonly names: ReadonlySet<string>;
  /** Those of them that are Distaff's: nothing changes these, whatever their methods are called (jnp.sort). */
  readonly library: ReadonlySet<string>;
}

/** The variables around a node that it assigns to, or whose contents it changes. */
export function changedNames(node: Node, imported: Imported): Set<string> {
  const names = new Set<string>();
  walkFree(node, ({ name }, path) => {
    // Printing changes nothing that shapes depend on.
    if (name === 'console' || imported.library.has(name)) return;
    if (isChanged(path, imported.names.has(name))) names.add(name);
  });
  return names;
}

/** Whether a variable, at the end of the path, is changed there: `x = …`, `x.a.b++`, `x.list.push(…)`. */
function isChanged(path: readonly Node[], isImported: boolean): boolean {
  let member: string | undefined;
  for (let i = path.length - 2; i >= 0; i--) {
    const node = path[i] as Node;
    const inside = path[i + 1];
    switch (node.type) {
      case 'MemberExpression':
        if (inside !== node.object) return false;
        member = node.computed ? '' : nameOf(node.property);
        break;
      case 'AssignmentPattern':
        if (inside !== node.left) return false;
        break;
      case 'ChainExpression':
      case 'ArrayPattern':
      case 'ObjectPattern':
      case 'RestElement':
      case 'Property':
        break;
      case 'AssignmentExpression':
      case 'ForInStatement':
      case 'ForOfStatement':
        return inside === node.left;
      case 'UpdateExpression':
        return true;
      case 'UnaryExpression':
        return node.operator === 'delete';
      case 'CallExpression':
        if (inside !== node.callee) return inside === node.arguments[0] && assignsToFirst(node.callee);
        if (member === undefined) return false;
        // What an imported object's methods do is not in sight; most of them are not for modules.
        return MUTATORS.test(member) || (!isImported && !READERS.test(member));
      default:
        if (bare(node) === node) return false;
    }
  }
  return false;
}

/** `Object.assign` and the like. */
function assignsToFirst(callee: Node): boolean {
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false;
  const names = `${callee.object.name}.${nameOf(callee.property)}`;
  return /^(Object\.(assign|define\w+|setPrototypeOf)|Reflect\.(set|define\w+|deleteProperty))$/.test(names);
}
