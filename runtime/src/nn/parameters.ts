/** What a method's source says of its parameters. JavaScript offers no other way to see an options object declared. */

// biome-ignore lint/suspicious/noExplicitAny: any method.
export type Method = (...args: any[]) => unknown;

export interface Parameters {
  readonly count: number;
  /** What the last one is: `{ features }`, `...args`, or anything else. */
  readonly last: 'pattern' | 'rest' | 'other';
  /** Whether the last one has a default. */
  readonly hasDefault: boolean;
  /** The names in a last pattern; undefined where it takes any (`{ features, ...others }`). */
  readonly names: readonly string[] | undefined;
}

const known = new WeakMap<Method, Parameters | undefined>();

/** The method's parameters; undefined where its source is not to be had (native and bound functions). */
export function parametersOf(method: Method): Parameters | undefined {
  if (!known.has(method)) known.set(method, read(Function.prototype.toString.call(method)));
  return known.get(method);
}

function read(source: string): Parameters | undefined {
  if (/\{\s*\[native code\]\s*\}$/.test(source)) return undefined;
  const parameters = parameterList(source);
  const last = parameters.at(-1) ?? '';
  if (last.startsWith('...')) {
    return { count: parameters.length, last: 'rest', hasDefault: false, names: undefined };
  }
  if (!last.startsWith('{')) return { count: parameters.length, last: 'other', hasDefault: false, names: undefined };
  const { items, end } = itemsAfter(last, 1);
  const names = items.map((item) => /^(?:([\w$\u0080-\uffff]+)|'([^'\\]*)'|"([^"\\]*)")/.exec(item));
  return {
    count: parameters.length,
    last: 'pattern',
    hasDefault: last.slice(end).trim() !== '',
    names: names.every((found) => found !== null)
      ? names.map((found) => found.slice(1).find(Boolean) ?? '')
      : undefined,
  };
}

/** The parameters as written, without comments. */
function parameterList(source: string): readonly string[] {
  let at = 0;
  while (at < source.length) {
    // A computed name may hold any code; an arrow function's single parameter needs no parentheses.
    if (source[at] === '[') at = itemsAfter(source, at + 1).end;
    else if (source[at] === '(') return itemsAfter(source, at + 1).items;
    else if (source.startsWith('=>', at))
      return [
        source
          .slice(0, at)
          .replace(/^async\s/, '')
          .trim(),
      ];
    else at = afterToken(source, at, '');
  }
  return [];
}

/** What stands between top-level commas from `at`, which is behind an opening bracket, to the closing one; `end` is behind that. */
function itemsAfter(source: string, at: number): { items: string[]; end: number } {
  const items: string[] = [];
  let item = '';
  let depth = 0;
  while (at < source.length) {
    const end = afterToken(source, at, item);
    const token = source.slice(at, end);
    at = end;
    if (/^\/[/*]/.test(token)) continue;
    if (depth === 0 && (token === ',' || isClosing(token))) {
      if (item.trim() !== '') items.push(item.trim());
      if (token !== ',') break;
      item = '';
      continue;
    }
    if ('([{'.includes(token)) depth++;
    if (isClosing(token)) depth--;
    item += token;
  }
  return { items, end: at };
}

function isClosing(token: string): boolean {
  return token === ')' || token === ']' || token === '}';
}

/** Behind the comment, string, template, regular expression or single character at `at`; `before` is what precedes it. */
function afterToken(source: string, at: number, before: string): number {
  const rest = source.slice(at, at + 2);
  if (rest === '//') return ending(source, '\n', at);
  if (rest === '/*') return ending(source, '*/', at + 2);
  const c = source[at];
  if (c === "'" || c === '"') return afterQuoted(source, at + 1, c);
  if (c === '`') return afterTemplate(source, at + 1);
  // A slash behind an operand divides.
  if (c === '/' && !/[\w$)\]}]\s*$/.test(before)) return afterRegExp(source, at + 1);
  return at + 1;
}

function ending(source: string, token: string, from: number): number {
  const found = source.indexOf(token, from);
  return found < 0 ? source.length : found + token.length;
}

function afterQuoted(source: string, at: number, quote: string): number {
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

function afterTemplate(source: string, at: number): number {
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) at = itemsAfter(source, at + 2).end;
    else at += source[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

function afterRegExp(source: string, at: number): number {
  let inClass = false;
  while (at < source.length && (inClass || source[at] !== '/')) {
    if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    at += source[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}
