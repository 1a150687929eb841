import { isControlFlow, isFunction } from './nodes';
import { type Node, walk } from './parse';

/** `X.init(key, …)` or `X.initByShape(key, …)`. */
export interface InitCall {
  readonly node: Extract<Node, { type: 'CallExpression' }>;
  /** Its variable, where it has one of its own. */
  readonly module: string | undefined;
  readonly method: 'init' | 'initByShape';
  /** The nodes around it, outermost first. */
  readonly parents: readonly Node[];
}

/**
 * The init calls below a node: those that simply run with it, or with `inside` those in functions, loops and branches,
 * which training code is made of.
 */
export function initCalls(below: Node, inside = false): InitCall[] {
  const calls: InitCall[] = [];
  walk(below, (node, parents) => {
    const isInside = parents.some((parent) => isFunction(parent) || isControlFlow(parent));
    if (!inside && isInside) return false;
    if (node.type !== 'CallExpression' || isInside !== inside) return;
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.computed) return;
    const { object } = callee;
    if (object.type !== 'Identifier' && object.type !== 'MemberExpression') return;
    const method = callee.property.type === 'Identifier' ? callee.property.name : '';
    // The first argument is a key; trackers and loggers are initialized with something else.
    if (node.arguments[0] === undefined || /^(ObjectExpression|Literal)$/.test(node.arguments[0].type)) return;
    if (method === 'init' || method === 'initByShape') {
      const module = object.type === 'Identifier' ? object.name : undefined;
      calls.push({ node, module, method, parents: [...parents] });
    }
  });
  return calls;
}
