interface State {
  readonly extensible: boolean;
  readonly descriptors: ReadonlyMap<PropertyKey, PropertyDescriptor>;
}

/** ECMAScript's objects that have no global name. */
const UNNAMED = [
  Object.getPrototypeOf([][Symbol.iterator]()),
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())),
  Object.getPrototypeOf(Object.getPrototypeOf(function* () {})),
  Object.getPrototypeOf(Object.getPrototypeOf(async function* () {})),
  Object.getPrototypeOf(async () => {}),
  Object.getPrototypeOf(Int8Array),
  Object.getPrototypeOf(Int8Array).prototype,
];

/**
 * The process as it was before user code ran: built-in objects, the environment, the process' listeners and further
 * objects (the library's). One evaluation's changes of them would be there in the next one, of another file.
 */
export class BuiltIns {
  private readonly objects: ReadonlyMap<object, State>;
  private readonly environment = { ...process.env };
  private readonly listeners = new Map(eventNames().map((event) => [event, process.rawListeners(event)]));

  constructor(further: readonly object[]) {
    const found = new Set<object>([globalThis, process, ...UNNAMED, ...further]);
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(globalThis))) {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
      found.add(value);
      if (typeof value === 'function' && typeof value.prototype === 'object') found.add(value.prototype);
    }
    found.delete(null as never);
    this.objects = new Map([...found].map((object) => [object, stateOf(object)]));
  }

  /** Undoes all changes. False where one cannot be undone: then the process is of no more use. */
  restore(): boolean {
    for (const event of new Set([...this.listeners.keys(), ...eventNames()])) {
      const [before, now] = [this.listeners.get(event) ?? [], process.rawListeners(event)];
      if (now.length === before.length && now.every((listener, i) => listener === before[i])) continue;
      process.removeAllListeners(event);
      for (const listener of before) process.on(event, listener as () => void);
    }
    for (const name of Object.keys(process.env)) if (!(name in this.environment)) delete process.env[name];
    Object.assign(process.env, this.environment);
    let restored = true;
    for (const [object, before] of this.objects) restored = restoreObject(object, before) && restored;
    return restored;
  }
}

/** The process' events; first those by which Node follows whether anyone listens to the channel. */
function eventNames(): string[] {
  return ['newListener', 'removeListener', ...process.eventNames().filter((name) => typeof name === 'string')];
}

/** The process keeps its listeners there. */
const isOwn = (key: PropertyKey) => key !== '_events' && key !== '_eventsCount';

function stateOf(object: object): State {
  const keys = Reflect.ownKeys(object).filter(isOwn);
  const descriptors = keys.map(
    (key) => [key, Reflect.getOwnPropertyDescriptor(object, key) as PropertyDescriptor] as const,
  );
  return { extensible: Object.isExtensible(object), descriptors: new Map(descriptors) };
}

function restoreObject(object: object, { extensible, descriptors }: State): boolean {
  let restored = Object.isExtensible(object) === extensible;
  for (const key of Reflect.ownKeys(object)) {
    if (!descriptors.has(key) && isOwn(key)) restored = Reflect.deleteProperty(object, key) && restored;
  }
  for (const [key, descriptor] of descriptors) {
    const now = Reflect.getOwnPropertyDescriptor(object, key);
    if (now !== undefined && isSame(now, descriptor)) continue;
    restored = Reflect.defineProperty(object, key, descriptor) && restored;
  }
  return restored;
}

function isSame(a: PropertyDescriptor, b: PropertyDescriptor): boolean {
  return (
    Object.is(a.value, b.value) &&
    a.get === b.get &&
    a.set === b.set &&
    a.writable === b.writable &&
    a.configurable === b.configurable
  );
}
