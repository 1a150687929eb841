import type { DataType } from '#tfjs';
import * as tree from '../tree';
import { isArrayLike, isShape, SHORT_DTYPE, ShapeDtypeStruct } from './shapeDtypeStruct';

const DTYPES = new Map<string, DataType>([
  ...Object.entries(SHORT_DTYPE).map(([dtype, short]) => [short, dtype as DataType] as const),
  ...Object.keys(SHORT_DTYPE).map((dtype) => [dtype, dtype as DataType] as const),
]);

/** Turns a pytree of specs (shapes, strings, structs, tensors) into the same tree of ShapeDtypeStructs. */
export function toStructs(spec: unknown, at = 'the spec'): unknown {
  const isLeaf = (value: unknown) => isShape(value) || isArrayLike(value);
  const structs = tree.flattenWithPath(spec, { isLeaf }).map(([path, leaf]) => toStruct(leaf, at + pathText(path)));
  return tree.unflatten(tree.structure(spec, { isLeaf }), structs);
}

/** A string may be a whole tree of specs. */
function toStruct(spec: unknown, at: string): unknown {
  if (isShape(spec)) return new ShapeDtypeStruct(spec);
  if (typeof spec === 'string') return parseSpec(spec);
  if (isArrayLike(spec)) return new ShapeDtypeStruct(spec.shape, spec.dtype ?? 'float32');
  throw new TypeError(
    `${at} should be a shape such as [1, 28, 28, 1], a string such as 'i32[8, 128]', a ShapeDtypeStruct, ` +
      `or an array or object of these; got ${String(spec)}.`,
  );
}

/** `[0].image`, as JavaScript writes it. */
function pathText(path: readonly string[]): string {
  return path.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join('');
}

/** A spec's text does not parse; `offset` says where. */
export class SpecSyntaxError extends Error {
  override readonly name = 'SpecSyntaxError';

  constructor(
    message: string,
    public offset: number,
  ) {
    super(message);
  }
}

/**
 * Reads `f32[B, 784]`, and trees of these: `(f32[B, 8], f32[B, 8])`, `{ image: f32[B, 28, 28, 1], label: i32[B] }`.
 * `sizeOf` gives the sizes of names; without it names are errors. Throws SpecSyntaxError.
 */
export function parseSpec(text: string, sizeOf?: (name: string) => number): unknown {
  let at = 0;
  const skipSpace = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const fail = (expected: string): never => {
    const got = at < text.length ? `'${text.slice(at, at + 12)}'` : 'the end';
    throw new SpecSyntaxError(`Expected ${expected}, got ${got} in '${text}'. A spec looks like f32[B, 784].`, at);
  };
  const take = (token: string): boolean => {
    skipSpace();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const word = (pattern: RegExp): string | undefined => {
    skipSpace();
    const found = pattern.exec(text.slice(at))?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const list = <T>(end: string, item: () => T): T[] => {
    const items: T[] = [];
    while (!take(end)) {
      if (items.length > 0 && !take(',')) fail(`',' or '${end}'`);
      if (items.length > 0 && take(end)) break;
      items.push(item());
    }
    return items;
  };
  const size = (): number => {
    const digits = word(/^\d+/);
    if (digits !== undefined) return Number(digits);
    const start = at;
    const name = word(/^[A-Za-z_]\w*/);
    if (name === undefined) return fail('a size: a whole number or a name');
    if (sizeOf !== undefined) return sizeOf(name);
    at = start;
    return fail('a whole number');
  };
  const item = (): unknown => {
    if (take('(')) return list(')', item);
    if (take('{')) {
      return Object.fromEntries(
        list('}', () => {
          const key = word(/^[A-Za-z_$][\w$]*/) ?? fail('a name');
          if (!take(':')) fail("':'");
          return [key, item()] as const;
        }),
      );
    }
    const start = at;
    const dtype = word(/^[A-Za-z]\w*/);
    const known = DTYPES.get(dtype ?? '');
    if (known === undefined) {
      at = start;
      skipSpace();
      return fail(`a dtype (${[...new Set(Object.values(SHORT_DTYPE))].join(', ')})`);
    }
    if (!take('[')) return fail("'[' and a shape");
    return new ShapeDtypeStruct(list(']', size), known);
  };
  const spec = item();
  skipSpace();
  if (at < text.length) fail('the end');
  return spec;
}
