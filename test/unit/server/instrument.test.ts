import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { moduleDefinitions } from '../../../server/src/source/definitions';
import { instrument } from '../../../server/src/source/instrument';
import { parseFile } from '../../../server/src/source/parse';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PLACES = new Set(['start', 'end', 'range', 'raw']);

type Tree = Record<string, unknown>;

/** A file with all its statements kept and wrapped. */
function instrumented(name: string, text: string): string {
  const file = parseFile(name, text);
  expect(file.syntaxError).toBeUndefined();
  const all = new Set(file.program.body.keys());
  return instrument(file, all, new Set(['*']), moduleDefinitions(file)).source.toString();
}

/** A text's syntax tree without places, parentheses and what instrumenting adds. */
function meaning(name: string, text: string): unknown {
  const { program, syntaxError } = parseFile(name, text);
  if (syntaxError !== undefined) throw new Error(`${name}: ${syntaxError.message}\n${text.slice(0, 2000)}`);
  // Export lists are written anew.
  const isList = (node: Tree) => node.type === 'ExportNamedDeclaration' && node.declaration === null;
  return plain(program.body.filter((statement) => !isList(statement as unknown as Tree)));
}

function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.filter((item) => !isAdded(item)).map(plain);
  if (typeof node !== 'object' || node === null || node instanceof RegExp) return String(node);
  const tree = node as Tree;
  const inner = unwrapped(tree);
  if (inner !== undefined) return plain(inner);
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) => (PLACES.has(key) ? [] : [[key, plain(value)]])),
  );
}

/** The name of the observer's function that a node calls. */
function observed(node: unknown): string | undefined {
  const { type, callee } = (node ?? {}) as { type?: string; callee?: { object?: Tree; property?: Tree } };
  return type === 'CallExpression' && callee?.object?.name === '__distaff' ? String(callee.property?.name) : undefined;
}

function isAdded(node: unknown): boolean {
  const { type, expression } = (node ?? {}) as Tree;
  if (type === 'EmptyStatement') return true;
  return type === 'ExpressionStatement' && observed(expression) === 'value' && isReport(expression as Tree);
}

/** `__distaff.value(3, name)` as a statement: a return or an initializer is never one. */
function isReport({ arguments: args }: Tree): boolean {
  return ((args as Tree[])[1] as Tree).type === 'Identifier';
}

function unwrapped(node: Tree): unknown {
  const args = node.arguments as Tree[] | undefined;
  if (node.type === 'ParenthesizedExpression') return node.expression;
  if (node.type === 'AwaitExpression' && observed(node.argument) === 'guardAsync') {
    return ((node.argument as Tree).arguments as Tree[])[0]?.body;
  }
  if (node.type === 'TryStatement') {
    const handler = (node.handler as { body: { body: Tree[] } } | null)?.body.body[0]?.expression;
    if (observed(handler) === 'failed') return (node.block as { body: unknown[] }).body[0];
  }
  const name = observed(node);
  if (name === 'guard') return args?.[0]?.body;
  return name === undefined ? undefined : args?.[1];
}

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|mts|tsx|mjs)$/.test(file) && !/node_modules|dist|\/types\//.test(file))
    .map((file) => path.join(folder, file));
}

describe('instrumented code', () => {
  it('means what the source means, in every source of this repository', () => {
    const files = ['runtime/src', 'server/src', 'client/src', 'test', 'examples', 'bench', 'scripts'].flatMap(sources);
    expect(files.length).toBeGreaterThan(150);
    for (const file of files) {
      const text = readFileSync(path.join(ROOT, file), 'utf8');
      expect(meaning(file, instrumented(file, text)), file).toEqual(meaning(file, text));
    }
  });

  it.each([
    ['a comma', 'function f() { return a(), b; }\nconst x = (c(), d);'],
    ['no space between statements', 'function f(){let[a,b]=g();h();return(a)}'],
    ['no semicolons', 'const a = f()\nconst [b] = g()\nh(a)\n;[a, b] = i()\nfunction k() { return\nf() }'],
    ['an object or a pattern', 'const { a, b: { c = d() } = {} } = { a: f() };\nconst g = { h: i() };\n({ a } = g);'],
    ['optional chains', 'const a = b?.c(d())?.[e()]!.f(g()).h;\n(i?.j).k(l());\ndelete m?.n(o());'],
    [
      'async code',
      'const a = await f(await g());\nfor await (const b of c()) d(await b);\nconst e = async () => await h();',
    ],
    ['generators', 'function* f() { const x = yield g(); yield* h(x()); return x; }'],
    [
      'statements in statements',
      'if (a()) b(); else c();\nl: for (const d of e()) { if (d) continue l; else break l; }\ndo f(); while (g());\nswitch (h()) { case i(): j(); default: const [k] = m(); }\ntry { n(); } catch { o(); } finally { p(); }',
    ],
    [
      'a class',
      '@dec(a()) class A extends f() { static #p = g(); static { h(); } accessor q = i(); [j()] = k(); get l() { return m(); } static async *n(this: A, x = o()) { return super.n(p()); } declare z: number; constructor(private y = r()) { super(s()); } }',
    ],
    [
      'type syntax',
      'const a = <T>f<U>(g()!) satisfies V as W;\nenum E { A = h(), B = "x".length }\nnamespace N.M { export const [b, c] = i(); }\ndeclare const d: typeof a;\nfunction o(x: number): void;\nfunction o(x: unknown) { return j(x); }\nexport default function k(): void;\nexport default function k() {}',
    ],
    [
      'templates and regular expressions',
      `const a = f\`x\${g(\`y\${h()}\`)}\`;\nconst b = /[/"'\`]\\/(f())/.test(c()) ? d() : e();`,
    ],
    [
      'a name of a function or class',
      'const a = (() => f());\nconst B = (class { m() { return g(); } }) as unknown;\nlet c; c = function () { return h(); };',
    ],
    ['new', 'const a = new (f())(g());\nconst b = new c.d(e()).h(i());'],
    ['exports', 'export default f(g());\nexport const a = h(), [b] = i();\nexport * from "x";\nimport y = a.b;'],
    ['a directive', '"use strict";\nf();'],
  ])('means what the source means with %s', (_, text) => {
    expect(meaning('a.ts', instrumented('a.ts', text))).toEqual(meaning('a.ts', text));
  });

  it('keeps a hashbang out of the way', () => {
    expect(instrumented('a.ts', '#!/usr/bin/env node\nf();')).toMatch(/^\s*try/);
  });
});
