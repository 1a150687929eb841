import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './server';

let server: TestServer;
let files = 0;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

/** A saved document as the user sees it, hints and problems included; in a folder whose name stacks are hard to read with. */
async function picture(text: string): Promise<string> {
  const name = `fol der (x)/errors ${files++}.ts`;
  await server.save(name, text);
  return (await server.picture(name)).replaceAll(server.folder, '…');
}

const HEADER = "import { jnp, nn, type Tensor } from 'distaff';\n";
/** A module with a body. */
const net = (name: string, body: string, base = 'nn.Module') => `/** @input x f32[B, 4] */
const ${name} = nn.module(class ${name} extends ${base} { apply(x: Tensor) { ${body} } });
`;

describe('errors', () => {
  it('stand at the very call: of several on a line, in chains, nested functions, loops and constructors', async () => {
    expect(
      await picture(`import { jnp, nn, type Tensor } from 'distaff'; const top = undefined as unknown as { a: { b: number } }; const bad = top.a.b, fine = 3;
/** @input x f32[B, 4] */
const Chain = nn.module(class Chain extends nn.Module {
  apply(x: Tensor) {
    return x
      .reshape([-1, 2, 2])
      .matMul(jnp.ones([3, 3]))
      .sum();
  }
});
${net('Line', 'const a = x.add(1), b = x.reshape([-1, 2]).matMul(x).add(nn.Dense(x, { features: 3 })), c = x.neg(); return a.add(b).add(c);')}
${net('Nested', 'const go = (y: Tensor) => { for (const k of [4, 5]) { y = y.add(jnp.ones([k])); } return y; }; return go(x);')}
${net('New', 'const C = class { constructor() { x.reshape([3, 3, 3]); } }; new C(); return x;')}
${net('Init', "return x.add(this.param('k', [4], () => jnp.ones([3]).matMul(jnp.ones([4, 1]))));")}
${net('Unknown', 'return x.add(undefinedThing);')}
${net('Prop', 'const n = (null as any).foo.bar; return x.add(n).add(bad);')}`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff'; const top = undefined as unknown as { a: { b: number } }; const bad = top.a.b, fine = 3;
      //                                                                                                                    ~~~~~ error: Cannot read properties of undefined (reading 'a')
      /** @input x f32[B, 4] */
      const Chain = nn.module(class Chain extends nn.Module {
        apply(x: Tensor/* f32[B, 4] */) {
          return x
            .reshape([-1, 2, 2])
            .matMul(jnp.ones([3, 3]))
      //     ~~~~~~~~~~~~~~~~~~~~~~~~ error: matMul: inner sizes differ: f32[B, 2, 2] x f32[3, 3] (2 and 3)
      //  in module Chain
            .sum();
        }
      });
      /** @input x f32[B, 4] */
      const Line = nn.module(class Line extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const a/*: f32[B, 4] */ = x.add(1), b = x.reshape([-1, 2]).matMul(x).add(nn.Dense(x, { features: 3 })), c = x.neg(); return a.add(b).add(c); } });
      //                                                                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: matMul: inner sizes differ: f32[B*2, 2] x f32[B, 4] (2 and B)
      //  in module Line

      /** @input x f32[B, 4] */
      const Nested = nn.module(class Nested extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const go = (y: Tensor) => { for (const k of [4, 5]) { y/*: f32[B, 4] */ = y.add(jnp.ones([k])); } return y; }; return go(x); } });
      //                                                                                                                                     ~~~~~~~~~~~~~~~~~~~~ error: add: shapes do not broadcast: f32[B, 4] and f32[5]
      //  in module Nested

      /** @input x f32[B, 4] */
      const New = nn.module(class New extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const C = class { constructor() { x.reshape([3, 3, 3]); } }; new C(); return x; } });
      //                                                                                                       ~~~~~~~~~~~~~~~~~~~~ error: reshape: B*4 values, [3, 3, 3] has 27: f32[B, 4]
      //  in module New

      /** @input x f32[B, 4] */
      const Init = nn.module(class Init extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.add(this.param('k', [4], () => jnp.ones([3]).matMul(jnp.ones([4, 1])))); } });
      //                                                                                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: matMul: f32[3] is no matrix: f32[3] x f32[4, 1]
      //  in module Init

      /** @input x f32[B, 4] */
      const Unknown = nn.module(class Unknown extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.add(undefinedThing); } });
      //                                                                                          ~~~~~~~~~~~~~~ error: undefinedThing is not defined
      //  in module Unknown

      /** @input x f32[B, 4] */
      const Prop = nn.module(class Prop extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const n = (null as any).foo.bar; return x.add(n).add(bad); } });
      //                                                                                 ~~~~~~~~~~~~~~~~~ error: Cannot read properties of null (reading 'foo')
      //  in module Prop"
    `);
  });

  it('of any kind are told: strings, symbols, cyclic and unprintable objects, errors without a stack or with a cause', async () => {
    expect(
      await picture(
        HEADER +
          net('Str', "throw 'just a string';") +
          net('Sym', "throw Symbol('s');") +
          net('Obj', 'const e = Object.create(null); e.self = e; throw e;') +
          net('Getter', 'throw { get message() { throw 1; } };') +
          net('Trap', 'throw new Proxy({}, { get() { throw 2; }, getPrototypeOf() { throw 3; } });') +
          net('Cyc', "const e = new Error('cyclic'); e.cause = e; throw e;") +
          net('NoStack', "const e = new Error('no stack'); delete e.stack; throw e;") +
          net('NotAString', "const e = new Error('odd stack'); Object.assign(e, { stack: 5, message: 6 }); throw e;") +
          net('Frozen', "throw Object.freeze(new Error('frozen'));") +
          net('Words', "throw new Error('ENOENT: nothing at a:1:2');") +
          net('Own', "class MyError extends Error { override name = 'MyError'; } throw new MyError('mine');") +
          net('Deep', 'const deep = (n: number): number => deep(n + 1) + 1; return x.add(deep(0));'),
      ),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff';
      /** @input x f32[B, 4] */
      const Str = nn.module(class Str extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { throw 'just a string'; } });
      //    ~~~ error: just a string
      /** @input x f32[B, 4] */
      const Sym = nn.module(class Sym extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { throw Symbol('s'); } });
      //    ~~~ error: Symbol(s) was thrown.
      /** @input x f32[B, 4] */
      const Obj = nn.module(class Obj extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const e = Object.create(null); e.self = e; throw e; } });
      //    ~~~ error: <ref *1> [Object: null prototype] { self: [Circular *1] } was thrown.
      /** @input x f32[B, 4] */
      const Getter = nn.module(class Getter extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { throw { get message() { throw 1; } }; } });
      //    ~~~~~~ error: { message: [Getter] } was thrown.
      /** @input x f32[B, 4] */
      const Trap = nn.module(class Trap extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { throw new Proxy({}, { get() { throw 2; }, getPrototypeOf() { throw 3; } }); } });
      //    ~~~~ error: 3 was thrown.
      /** @input x f32[B, 4] */
      const Cyc = nn.module(class Cyc extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const e = new Error('cyclic'); e.cause = e; throw e; } });
      //                                                                               ~~~~~~~~~~~~~~~~~~~ error: cyclic
      //  in module Cyc
      /** @input x f32[B, 4] */
      const NoStack = nn.module(class NoStack extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const e = new Error('no stack'); delete e.stack; throw e; } });
      //    ~~~~~~~ error: no stack
      //  in module NoStack
      /** @input x f32[B, 4] */
      const NotAString = nn.module(class NotAString extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const e = new Error('odd stack'); Object.assign(e, { stack: 5, message: 6 }); throw e; } });
      //    ~~~~~~~~~~ error: 6 was thrown.
      /** @input x f32[B, 4] */
      const Frozen = nn.module(class Frozen extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { throw Object.freeze(new Error('frozen')); } });
      //                                                                                               ~~~~~~~~~~~~~~~~~~~ error: frozen
      /** @input x f32[B, 4] */
      const Words = nn.module(class Words extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { throw new Error('ENOENT: nothing at a:1:2'); } });
      //                                                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: ENOENT: nothing at a:1:2
      //  in module Words
      /** @input x f32[B, 4] */
      const Own = nn.module(class Own extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { class MyError extends Error { override name = 'MyError'; } throw new MyError('mine'); } });
      //                                                                                                                                      ~~~~~~~~~~~~~~~~~~~ error: mine
      //  in module Own
      /** @input x f32[B, 4] */
      const Deep = nn.module(class Deep extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { const deep = (n: number): number => deep(n + 1) + 1; return x.add(deep(0)); } });
      //                                                                                                           ~~~~~~~~~~~ error: Maximum call stack size exceeded
      //  in module Deep"
    `);
  });

  it('with huge messages are cut', async () => {
    await picture(`${HEADER}${net('Huge', "throw new Error('y'.repeat(1e6));")}`);
    expect(server.problems(`fol der (x)/errors ${files - 1}.ts`)[0]?.message).toMatch(/^y{2000}…$/);
  });

  it('in imported files stand at the call or the import that leads there, and point to the place', async () => {
    server.write(
      'fol der (x)/help er.ts',
      `import { jnp, nn, type Tensor } from 'distaff';
export function helper(x: Tensor, n: number) { return x.add(jnp.ones([n])); }
export abstract class Base extends nn.Module {
  abstract width(): number;
  apply(x: Tensor) { return x.reshape([this.width(), 3, 1]); }
}
export const fails = JSON.parse('nope');
export const good = 3;
`,
    );
    server.write('fol der (x)/barrel.ts', "export * from './help er';\nexport { gone } from './help er';\n");
    server.write('fol der (x)/syntax.ts', '\nexport const a = ;\n');
    server.write('fol der (x)/twice.ts', 'export const b = 1;\nexport const b = 2;\n');
    expect(
      await picture(`${HEADER}import { Base, fails, good, gone, helper, never } from './barrel';
import { a } from './syntax';
${net('Helped', 'return helper(helper(x, 4), 5);')}
/** @input x f32[B, 4] */
const Sub = nn.module(class Sub extends Base { width() { return 7; } });
${net('Fails', 'return x.add(good).add(fails.x);')}${net('Extends', 'return x.neg();', 'fails')}${net('Gone', 'return x.mul(gone).mul(never);')}${net('Syntax', 'return x.mul(a);')}`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff';
      import { Base, fails, good, gone, helper, never } from './barrel';
      //                                                     ~~~~~~~~~~ error: './barrel' has no export named 'never'.
      //                                                     ~~~~~~~~~~ error: './help er' has no export named 'gone'.
      //                                                     ~~~~~~~~~~ error: Unexpected token 'o', "nope" is not valid JSON
      import { a } from './syntax';
      //                ~~~~~~~~~~ error: './syntax' does not parse: Unexpected token. Shapes are worked out again once the file parses. (…/fol der (x)/syntax.ts:2)
      /** @input x f32[B, 4] */
      const Helped = nn.module(class Helped extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return helper(helper(x, 4), 5); } });
      //                                                                                  ~~~~~~~~~~~~~~~~~~~~~~~ error: add: shapes do not broadcast: f32[B, 4] and f32[5]
      //  in module Helped

      /** @input x f32[B, 4] */
      const Sub = nn.module(class Sub extends Base { width() { return 7; } });
      //    ~~~ error: reshape: B*4 values, [7, 3, 1] has 21: f32[B, 4]
      //  in module Sub
      /** @input x f32[B, 4] */
      const Fails = nn.module(class Fails extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.add(good).add(fails.x); } });
      /** @input x f32[B, 4] */
      const Extends = nn.module(class Extends extends fails { apply(x: Tensor) { return x.neg(); } });
      /** @input x f32[B, 4] */
      const Gone = nn.module(class Gone extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.mul(gone).mul(never); } });
      /** @input x f32[B, 4] */
      const Syntax = nn.module(class Syntax extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.mul(a); } });"
    `);
    const related = server.problems(`fol der (x)/errors ${files - 1}.ts`).flatMap((p) => p.relatedInformation ?? []);
    expect(
      related.map(({ location }) => `${decodeURI(location.uri).split('/').at(-1)}:${location.range.start.line + 1}`),
    ).toEqual(['help er.ts:7', 'help er.ts:2', 'help er.ts:5']);
    expect(
      await picture(`${HEADER}import { b } from './twice';\n${net('Twice', 'return x.add(b);')}`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff';
      import { b } from './twice';
      //                ~~~~~~~~~ error: Multiple exports with the same name "b". Shapes are worked out again once that is mended.
      /** @input x f32[B, 4] */
      const Twice = nn.module(class Twice extends nn.Module { apply(x: Tensor) { return x.add(b); } });"
    `);
  });

  it('of names that the library and packages do not have stand at the import and cost only what uses them', async () => {
    server.write('fol der (x)/node_modules/throws/index.js', "throw new Error('no addon');");
    server.write('fol der (x)/node_modules/throws/package.json', '{ "name": "throws" }');
    expect(
      await picture(`import { nn, nope, type Tensor } from 'distaff';
import fs, { nofs } from 'node:fs';
import throws from 'throws';
${net('A', 'nope(x); return x;')}${net('B', 'return x.mul(nofs).mul(throws.x);')}${net('C', 'return x.mul(fs.existsSync("/") ? 2 : 3);')}`),
    ).toMatchInlineSnapshot(`
      "import { nn, nope, type Tensor } from 'distaff';
      //                                    ~~~~~~~~~ error: 'distaff' has no export named 'nope'.
      import fs, { nofs } from 'node:fs';
      //                       ~~~~~~~~~ error: 'node:fs' has no export named 'nofs'.
      import throws from 'throws';
      //                 ~~~~~~~~ error: Cannot load 'throws': no addon
      /** @input x f32[B, 4] */
      const A = nn.module(class A extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { nope(x); return x; } });
      /** @input x f32[B, 4] */
      const B = nn.module(class B extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.mul(nofs).mul(throws.x); } });
      /** @input x f32[B, 4] */
      const C = nn.module(class C extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.mul(fs.existsSync("/") ? 2 : 3)/*: f32[B, 4] */; } });"
    `);
  });

  it('of compiling stand at their place behind astral characters', async () => {
    expect(
      await picture(`${HEADER}const é = '😀', twice = 1, twice = 2;\n${net('A', 'return x.add(twice);')}`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff';
      const é = '😀', twice = 1, twice = 2;
      //                         ~~~~~ error: The symbol "twice" has already been declared. Shapes are worked out again once that is mended.
      /** @input x f32[B, 4] */
      const A = nn.module(class A extends nn.Module { apply(x: Tensor) { return x.add(twice); } });"
    `);
  });

  it('of one top-level statement cost only what depends on it; rejected promises are told', async () => {
    expect(
      await picture(`${HEADER}const list: number[] = [];
list.push(JSON.parse('bad'));
for (const n of [1]) list.push(n, JSON.parse('worse'));
const early = later + 1;
const later = 3;
const waits = await (async () => { await null; return JSON.parse('late'); })();
const rejects = (async () => { throw new Error('rejected'); })();
${net('A', 'return x.add(list.length).add(later).add(early).add(waits).add(rejects as never);')}${net('B', 'return x.add(list.length).add(later);')}class Static { static x = JSON.parse('static'); }
${net('C', 'return x.add(Static.x);')}`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff';
      const list: number[] = [];
      list.push(JSON.parse('bad'));
      //        ~~~~~~~~~~~~~~~~~ error: Unexpected token 'b', "bad" is not valid JSON
      for (const n of [1]) list.push(n, JSON.parse('worse'));
      //                                ~~~~~~~~~~~~~~~~~~~ error: Unexpected token 'w', "worse" is not valid JSON
      const early = later + 1;
      //            ~~~~~ error: Cannot access 'later' before initialization
      const later = 3;
      const waits = await (async () => { await null; return JSON.parse('late'); })();
      //                                                    ~~~~~~~~~~~~~~~~~~ error: Unexpected token 'l', "late" is not valid JSON
      const rejects = (async () => { throw new Error('rejected'); })();
      //                                   ~~~~~~~~~~~~~~~~~~~~~ error: rejected
      /** @input x f32[B, 4] */
      const A = nn.module(class A extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.add(list.length).add(later).add(early).add(waits).add(rejects as never); } });
      /** @input x f32[B, 4] */
      const B = nn.module(class B extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.add(list.length).add(later)/*: f32[B, 4] */; } });
      class Static { static x = JSON.parse('static'); }
      //                        ~~~~~~~~~~~~~~~~~~~~ error: Unexpected token 's', "static" is not valid JSON
      /** @input x f32[B, 4] */
      const C = nn.module(class C extends nn.Module { apply(x: Tensor) { return x.add(Static.x); } });"
    `);
  });

  it('of options and of arguments found in functions stand there', async () => {
    expect(
      await picture(`${HEADER}import { random } from 'distaff';
const config = {} as { nope: { deep: number } };
/** @input x f32[B, 6]
 *  @with { features: config.nope.deep } */
const Tagged = nn.module(class Tagged extends nn.Module { apply(x: Tensor, o: { features: number }) { return x; } });
const Called = nn.module(class Called extends nn.Module { apply(x: Tensor) { return x; } });
function train() {
  return Called.init(random.PRNGKey(0), jnp.ones([config.nope.deep]));
}
`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff';
      import { random } from 'distaff';
      const config = {} as { nope: { deep: number } };
      /** @input x f32[B, 6]
       *  @with { features: config.nope.deep } */
      //        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: Cannot read properties of undefined (reading 'deep')
      const Tagged = nn.module(class Tagged extends nn.Module { apply(x: Tensor, o: { features: number }) { return x; } });
      const Called = nn.module(class Called extends nn.Module { apply(x: Tensor) { return x; } });
      function train() {
        return Called.init(random.PRNGKey(0), jnp.ones([config.nope.deep]));
      //       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: Cannot read properties of undefined (reading 'deep')
      }"
    `);
  });
});
