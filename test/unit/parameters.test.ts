/** Reading a method's parameters from its source, as written, minified and odd. */
import { expect, test } from 'vitest';
import { type Method, parametersOf } from '../../runtime/src/nn/parameters';

/** The method of a class body, evaluated as it stands: no transpiler rewrites it. */
function method(body: string, name = 'apply'): Method {
  const cls = new Function('f', `return class { ${body} }`)(() => 'g') as { prototype: Record<string, Method> };
  return cls.prototype[name] as Method;
}

const pattern = (count: number, names: string[] | undefined, hasDefault = false) => ({
  count,
  last: 'pattern',
  hasDefault,
  names,
});
const other = (count: number) => ({ count, last: 'other', hasDefault: false, names: undefined });
const rest = (count: number) => ({ count, last: 'rest', hasDefault: false, names: undefined });

test.each<[string, string, object]>([
  ['no parameters', 'apply() {}', other(0)],
  ['names', 'apply(x, y) {}', other(2)],
  ['a default that is an object', 'apply(x, y = { a: 1, b: [2, 3] }) {}', other(2)],
  ['a pattern', 'apply(x, { features, kernelInit }) {}', pattern(2, ['features', 'kernelInit'])],
  ['a pattern alone', 'apply({ image }) {}', pattern(1, ['image'])],
  ['an empty pattern', 'apply(x, {}) {}', pattern(2, [])],
  ['a pattern with a default', 'apply(x, { k = 1 } = {}) {}', pattern(2, ['k'], true)],
  ['new names and nested patterns', "apply({ a: b, 'c-d': { e, f }, g: [h] = [] }) {}", pattern(1, ['a', 'c-d', 'g'])],
  ['a pattern that takes the rest', 'apply(x, { a, ...others }) {}', pattern(2, undefined)],
  ['a computed key', 'apply(x, { [f()]: a }) {}', pattern(2, undefined)],
  ['an array pattern', 'apply([h, c], x) {}', other(2)],
  ['rest parameters', 'apply(x, ...args) {}', rest(2)],
  ['rest parameters taken apart', 'apply(...[x, { a }]) {}', rest(1)],
  ['a comma at the end', 'apply(x, { a, b, },) {}', pattern(2, ['a', 'b'])],
  [
    'minified',
    'apply(e,{features:t,kernelInit:n=f(),biasInit:{a:r}={}}){return e}',
    pattern(2, ['features', 'kernelInit', 'biasInit']),
  ],
  ['names with $ and umlauts', 'apply(x, { $a_1, größe }) {}', pattern(2, ['$a_1', 'größe'])],
  ['async', 'async apply(x, { a }) {}', pattern(2, ['a'])],
  ['a generator', '*apply(x, { a }) {}', pattern(2, ['a'])],
  ['an async generator', 'async *apply(x, { a }) {}', pattern(2, ['a'])],
  ['a quoted name', "'apply'(x, { a }) {}", pattern(2, ['a'])],
  ['a computed name that calls', "[(f(')'), 'apply')](x, { a }) {}", pattern(2, ['a'])],
  ['block comments', 'apply(/* (a, { b */ x /* , */, /* } */ { a /* , c */ }) {}', pattern(2, ['a'])],
  ['line comments', 'apply(x, // the input, {\n { a, // one\n b }) {}', pattern(2, ['a', 'b'])],
  ['a comment before the name', '/* (x, y) */ async /* ( */ apply(x) {}', other(1)],
  ['strings with brackets, commas and quotes', `apply(x = '(,\\'{', { a = "\\"})", b }) {}`, pattern(2, ['a', 'b'])],
  ['a string that looks like a comment', "apply(x, { url = 'http://a/b', b = '/*' }) {}", pattern(2, ['url', 'b'])],
  ['templates', `apply(x, { a = \`(\${f({ b: \`}\${1}\` })}, {\`, c }) {}`, pattern(2, ['a', 'c'])],
  ['regular expressions', "apply(x, { a = /[/'(]{2,}\\//, b }) {}", pattern(2, ['a', 'b'])],
  ['a division', "apply(x, { a = 6 / 2, b = f() / 3, c = '/' }) {}", pattern(2, ['a', 'b', 'c'])],
  ['arrow functions', 'apply(x, { a = (y, { z }) => ({ y, z }), b = (q) => q }) {}', pattern(2, ['a', 'b'])],
  ['function expressions', 'apply(x, g = function (a, { b }) { return "}"; }) {}', other(2)],
  ['class expressions', 'apply(x, { a = class { m({ n }) {} }, b }) {}', pattern(2, ['a', 'b'])],
  ['comparisons and generics-like signs', 'apply(x = 1 < 2, { a = 3 > 2 }) {}', pattern(2, ['a'])],
])('%s: %s', (_, source, expected) => {
  expect(parametersOf(method(source))).toEqual(expected);
});

test('functions outside classes', () => {
  const functions = new Function(
    'return [x => ({ x }), async x => x, (x, { a }) => x, async ({ a }, y) => y, function named(x, { a }) {}, function () {}]',
  )() as Method[];
  expect(functions.map(parametersOf)).toEqual([
    other(1),
    other(1),
    pattern(2, ['a']),
    other(2),
    pattern(2, ['a']),
    other(0),
  ]);
});

test('functions without a source say nothing', () => {
  expect(parametersOf(Math.max)).toBeUndefined();
  expect(parametersOf(((x: number, { a }: { a: number }) => x + a).bind(null))).toBeUndefined();
});
