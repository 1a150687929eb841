import { bare, isControlFlow, isFunction, nameOf } from './nodes';
import { type Node, walk } from './parse';

const METHODS = ['init', 'initByShape', 'create', 'createByShape'] as const;

/** `X.init(key, …)`, `X.initByShape(key, …)`, or one of their forms that give a Model. */
export interface InitCall {
  readonly node: Extract<Node, { type: 'CallExpression' }>;
  /** Its variable, where it has one of its own. */
  readonly module: string | undefined;
  /** For a call on a partial that is made where it is used, the variable of its module, or '' where it has none. */
  readonly partialOf: string | undefined;
  readonly method: (typeof METHODS)[number];
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
    const isInside = parents.some((_, i) => runsElsewhere(parents, i));
    if (!inside && isInside) return false;
    if (node.type !== 'CallExpression' || isInside !== inside) return;
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.computed) return;
    const object = bare(callee.object);
    const partialOf = object.type === 'CallExpression' ? moduleOfPartial(object) : undefined;
    if (object.type !== 'Identifier' && object.type !== 'MemberExpression' && partialOf === undefined) return;
    const method = callee.property.type === 'Identifier' ? callee.property.name : '';
    // The first argument is a key; trackers and loggers are initialized with something else.
    if (node.arguments[0] === undefined || /^(ObjectExpression|Literal)$/.test(node.arguments[0].type)) return;
    // An optimizer's definition has a create as well, of the target alone.
    if (isInitMethod(method) && (method !== 'create' || node.arguments.length > 1)) {
      const module = object.type === 'Identifier' ? object.name : undefined;
      calls.push({ node, module, partialOf: partialOf && nameOf(partialOf), method, parents: [...parents] });
    }
  });
  return calls;
}

/** `MLP` in `MLP.partial({ features: 2 })`, or in a partial of that. */
function moduleOfPartial({ callee }: InitCall['node']): Node | undefined {
  if (callee.type !== 'MemberExpression' || callee.computed || nameOf(callee.property) !== 'partial') return undefined;
  const of = bare(callee.object);
  if (of.type === 'CallExpression') return moduleOfPartial(of);
  return of.type === 'Identifier' || of.type === 'MemberExpression' ? of : undefined;
}

function isInitMethod(name: string): name is InitCall['method'] {
  return (METHODS as readonly string[]).includes(name);
}

/** Whether a node runs what is in it later, again, or perhaps not. */
function runsElsewhere(parents: readonly Node[], at: number): boolean {
  const node = parents[at] as Node;
  if (isFunction(node)) return !isCalledAtOnce(node, parents[at - 1]);
  if (!isControlFlow(node)) return false;
  const above = parents[at - 1];
  return !(node.type === 'BlockStatement' && above !== undefined && isCalledAtOnce(above, parents[at - 2]));
}

/** The function in `nn.stateful(() => …)`: it runs where it stands, once. */
function isCalledAtOnce(node: Node, call: Node | undefined): boolean {
  if (!isFunction(node) || call?.type !== 'CallExpression' || call.callee === node) return false;
  const { callee } = call;
  const name = nameOf(callee.type === 'MemberExpression' && !callee.computed ? callee.property : callee);
  return /^(stateful|stochastic|captureModuleOutputs|mutate)$/.test(name);
}
