// Which names the library has: `jnp.add`, `nn.initializers.zeros`, `nn.Model#replace`, `grad`.

/** Everything else that is exported is one name, whatever it holds. */
const NAMESPACES = [
  'commonUtils',
  'jaxUtils',
  'jnp',
  'jnp.fft',
  'jnp.linalg',
  'lax',
  'nn',
  'nn.attention',
  'nn.initializers',
  'ops',
  'optim',
  'optim.schedules',
  'random',
  'serialization',
  'struct',
  'traverse',
  'tree',
];

/** Marked `@internal` in the sources. */
const INTERNAL = ['optim.OptimizerDef#olderState', 'optim.OptimizerDef#upgradeState'];

/** What functions, classes and objects have without anyone's doing. */
const OF_FUNCTIONS = ['length', 'name', 'prototype', 'arguments', 'caller'];
const OF_OBJECTS = ['constructor', 'toString'];

/**
 * Every place that the library's exports have. Members of classes are seen on the witnesses, since what TypeScript
 * declares of a class is not all on its prototype.
 * @param {Record<string, any>} library
 * @returns {Set<string>}
 */
export function placesOf(library) {
  const places = new Set();
  const visit = (/** @type {object} */ namespace, /** @type {string} */ prefix) => {
    for (const [name, value] of Object.entries(namespace)) {
      const place = prefix === '' ? name : `${prefix}.${name}`;
      if (NAMESPACES.includes(place)) visit(value, place);
      else places.add(place);
    }
  };
  visit(library, '');
  for (const [cls, objects] of Object.entries(witnesses(library))) {
    places.add(cls);
    for (const object of objects) for (const member of membersOf(object)) places.add(`${cls}#${member}`);
  }
  for (const place of INTERNAL) places.delete(place);
  return places;
}

/**
 * @param {object} object
 * @returns {string[]}
 */
function membersOf(object) {
  const members = new Set();
  if (typeof object === 'function' && !isClass(object)) members.add('()');
  for (let level = object; level !== null && !isBuiltIn(level); level = Object.getPrototypeOf(level)) {
    // A callable's prototype is its class, for the sake of static members.
    const unmeant = typeof level === 'function' ? OF_FUNCTIONS : OF_OBJECTS;
    for (const name of Object.getOwnPropertyNames(level)) if (!unmeant.includes(name)) members.add(name);
  }
  return [...members];
}

const isBuiltIn = (/** @type {object} */ level) => level === Object.prototype || level === Function.prototype;
const isClass = (/** @type {Function} */ fn) => /^class\b/.test(Function.prototype.toString.call(fn));

/**
 * For each class objects that have its members between them.
 * @param {Record<string, any>} library
 * @returns {Record<string, object[]>}
 */
function witnesses({ nn, optim, ShapeDtypeStruct, struct, traverse, customJvp, customVjp, jnp, random }) {
  let state = /** @type {object | undefined} */ (undefined);
  class Stateful extends nn.Module {
    apply() {
      state = this.state('count', [], nn.initializers.zeros);
    }
  }
  const Counter = nn.module(Stateful);
  const key = random.PRNGKey(0);
  const [[, params]] = nn.stateful(() => Counter.init(key));
  const weights = { kernel: jnp.zeros([2]) };
  const optimizer = optim.Momentum({ learningRate: 0.1 }).create(weights);
  class Point extends struct.dataclass() {}
  return {
    'nn.Module': [Stateful.prototype, Counter],
    'nn.Model': [nn.Model(Counter, params)],
    'nn.ModuleState': [/** @type {object} */ (state)],
    'nn.Collection': [nn.Collection.prototype],
    'nn.attention.Cache': [nn.attention.Cache.prototype].map(({ initializeCache }) => ({ initializeCache })),
    'nn.Embed': [nn.Embed].map(({ attend }) => ({ attend })),
    'nn.LSTMCell': [nn.LSTMCell].map(({ initializeCarry }) => ({ initializeCarry })),
    'optim.OptimizerDef': [optimizer.optimizerDef],
    'optim.Optimizer': [optimizer],
    'optim.OptimizerState': [optimizer.state],
    'optim.DynamicScale': [new optim.DynamicScale()],
    'traverse.Traversal': [traverse.TraverseId.prototype],
    'struct.dataclass': [Object.getPrototypeOf(Object.getPrototypeOf(Point.prototype))],
    ShapeDtypeStruct: [new ShapeDtypeStruct([2])],
    customJvp: [customJvp((/** @type {unknown} */ x) => x)],
    customVjp: [customVjp((/** @type {unknown} */ x) => x)],
  };
}
