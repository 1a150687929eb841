import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './server';

let server: TestServer;
let files = 0;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

/** A saved document as the user sees it, hints and problems included. */
async function picture(text: string): Promise<string> {
  const name = `modules${files++}.ts`;
  await server.save(name, text);
  return server.picture(name);
}

describe('hints of modules', () => {
  it('come from the tags of a partial, of a declared class, of a default export and of each declarator', async () => {
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';
const MLP = nn.module(class MLP extends nn.Module {
  apply(x: Tensor, { features, deep = 1 }: { features: number; deep?: number }) {
    for (let i = 0; i < deep; i++) x = nn.Dense(x, { features });
    return x;
  }
});
/** @input x f32[B, 6] */
export const Small = MLP.partial({ features: 3 });
/**
 * The large one.
 *
 * @input x f32[B, 6]
 * @with { deep: 2 }
 *
 * More text with an @ sign.
 */
// biome-ignore lint/style/useNamingConvention: a line between
export const Large = MLP.partial({ features: 30 });
/** @input f32[B, 5] */
const Layer = nn.Dense.partial({ features: 77 });
/** @input x f32[B, 9] */
export class Declared extends nn.Module {
  /** Doc of apply. */
  apply(x: Tensor) { return this.twice(x); }
  twice(y: Tensor) { return y.mul(2); }
}
const Wrapped = nn.module(Declared) as unknown;
/** @input x f32[B, 4] */
const A = nn.module(class A extends nn.Module { apply(x: Tensor) { return x.add(1); } }),
  /** @input x f32[B, 5] */
  B = nn.module(class B extends nn.Module { apply(x: Tensor) { return x.add(1); } });
/** @input x f32[B, 4] */
export default nn.module('Named', class extends nn.Module { apply(x: Tensor) { return x.sum(); } });
`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';
      const MLP = nn.module(class MLP extends nn.Module {
        apply(x: Tensor/* f32[B, 6] */, { features, deep = 1 }: { features: number; deep?: number }) {
          for (let i = 0; i < deep; i++) x/*: f32[B, 3] (+1) */ = nn.Dense(x, { features })/* kernel f32[6, 3], bias f32[3] */;
          return x/*: f32[B, 3] (+1) */;
        }
      });
      /** @input x f32[B, 6] */
      export const Small = MLP.partial({ features: 3 });
      /**
       * The large one.
       *
       * @input x f32[B, 6]
       * @with { deep: 2 }
       *
       * More text with an @ sign.
       */
      // biome-ignore lint/style/useNamingConvention: a line between
      export const Large = MLP.partial({ features: 30 });
      /** @input f32[B, 5] */
      const Layer = nn.Dense.partial({ features: 77 });
      /** @input x f32[B, 9] */
      export class Declared extends nn.Module {
        /** Doc of apply. */
        apply(x: Tensor/* f32[B, 9] */) { return this.twice(x)/*: f32[B, 9] */; }
        twice(y: Tensor/* f32[B, 9] */) { return y.mul(2)/*: f32[B, 9] */; }
      }
      const Wrapped = nn.module(Declared) as unknown;
      /** @input x f32[B, 4] */
      const A = nn.module(class A extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.add(1)/*: f32[B, 4] */; } }),
        /** @input x f32[B, 5] */
        B = nn.module(class B extends nn.Module { apply(x: Tensor/* f32[B, 5] */) { return x.add(1)/*: f32[B, 5] */; } });
      /** @input x f32[B, 4] */
      export default nn.module('Named', class extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.sum()/*: f32[] */; } });"
    `);
  });

  it('come from base classes in the file, whose apply and parameters are theirs too', async () => {
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';
abstract class Base extends nn.Module {
  abstract width(): number;
  apply(this: Base, x: Tensor, y: Tensor = x.add(1), ...rest: Tensor[]) {
    const wide = nn.Dense(y, { features: this.width() });
    return wide;
  }
}
/** @input x f32[B, 4] */
const Sub = nn.module(class Sub extends Base { width() { return 7; } });
/** @input z f32[B, 4] */
const Wrong = nn.module(class Wrong extends Base { width() { return 8; } });
`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';
      abstract class Base extends nn.Module {
        abstract width(): number;
        apply(this: Base, x: Tensor/* f32[B, 4] */, y: Tensor/* f32[B, 4] */ = x.add(1), ...rest: Tensor[]) {
          const wide/*: f32[B, 7] */ = nn.Dense(y, { features: this.width() })/* kernel f32[4, 7], bias f32[7] */;
          return wide/*: f32[B, 7] */;
        }
      }
      /** @input x f32[B, 4] */
      const Sub = nn.module(class Sub extends Base { width() { return 7; } });
      /** @input z f32[B, 4] */
      //         ~~~~~~~~~~~ error: apply has no parameter 'z'; it has x, y, rest.
      const Wrong = nn.module(class Wrong extends Base { width() { return 8; } });"
    `);
  });

  it('come from modules that functions make, where these are called', async () => {
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';
function make(width: number) {
  /** @input x f32[B, 8] */
  const Inner = nn.module('Inner', class extends nn.Module {
    apply(x: Tensor) { const y = nn.Dense(x, { features: width }); return y; }
  });
  return Inner;
}
const Made = make(13);
/** @input x f32[B, 8] */
const Uses = nn.module(class Uses extends nn.Module { apply(x: Tensor) { return Made(x); } });
function never() {
  /** @input x f32[B, 8] */
  const Unused = nn.module(class Unused extends nn.Module { apply(x: Tensor) { return x; } });
  return Unused;
}
const table = { a: nn.module(class InTable extends nn.Module { apply(x: Tensor) { return x.sum(); } }) };
const [sum] = table.a.init(random.PRNGKey(0), jnp.ones([3]));
import { jnp, random } from 'distaff';
`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';
      function make(width: number) {
        /** @input x f32[B, 8] */
        const Inner = nn.module('Inner', class extends nn.Module {
          apply(x: Tensor/* f32[B, 8] */) { const y/*: f32[B, 13] */ = nn.Dense(x, { features: width })/* kernel f32[8, 13], bias f32[13] */; return y/*: f32[B, 13] */; }
        });
        return Inner;
      }
      const Made = make(13);
      /** @input x f32[B, 8] */
      const Uses = nn.module(class Uses extends nn.Module { apply(x: Tensor/* f32[B, 8] */) { return Made(x)/*: f32[B, 13] */; } });
      function never() {
        /** @input x f32[B, 8] */
        const Unused = nn.module(class Unused extends nn.Module { apply(x: Tensor) { return x; } });
        return Unused;
      }
      const table = { a: nn.module(class InTable extends nn.Module { apply(x: Tensor/* f32[3] */) { return x.sum()/*: f32[] */; } }) };
      const [sum/*: f32[] */] = table.a.init(random.PRNGKey(0), jnp.ones([3]));
      import { jnp, random } from 'distaff';"
    `);
  });

  it('know nn under other names', async () => {
    expect(
      await picture(`import * as distaff from 'distaff';
import { nn as layers, type Tensor } from 'distaff';
/** @input x f32[B, 4] */
const A = distaff.nn.module(class A extends distaff.nn.Module { apply(x: Tensor) { return x.sum(0); } });
/** @input x f32[B, 4] */
const B = layers.module(class B extends layers.Module { apply(x: Tensor) { return A(x); } });
`),
    ).toMatchInlineSnapshot(`
      "import * as distaff from 'distaff';
      import { nn as layers, type Tensor } from 'distaff';
      /** @input x f32[B, 4] */
      const A = distaff.nn.module(class A extends distaff.nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.sum(0)/*: f32[4] */; } });
      /** @input x f32[B, 4] */
      const B = layers.module(class B extends layers.Module { apply(x: Tensor/* f32[B, 4] */) { return A(x)/*: f32[4] */; } });"
    `);
  });
});

describe('hints in any syntax', () => {
  it('stand at their places behind astral characters, in CRLF files, on tabs and after a byte order mark', async () => {
    const text = `#!/usr/bin/env node
import { nn, type Tensor } from 'distaff';
const emoji = '😀😀'; /** @input x f32[B, 4] */ const Net = nn.module(class Net extends nn.Module {
\tapply(x: Tensor) { const 変 = /* 😀 */ nn.Dense(x, { features: 2 });\treturn 変; }
});
`;
    const plain = await picture(text);
    expect(plain).toContain(
      'const 変/*: f32[B, 2] */ = /* 😀 */ nn.Dense(x, { features: 2 })/* kernel f32[4, 2], bias f32[2] */;',
    );
    expect((await picture(text.replaceAll('\n', '\r\n'))).replaceAll('\r', '')).toBe(plain);
    const marked = `\uFEFF${text.slice(text.indexOf('\n') + 1)}`;
    expect(await picture(marked)).toBe(`\uFEFF${plain.slice(plain.indexOf('\n') + 1)}`);
  });

  it('are those of commas, optional chains, assertions, generators, object methods and destructuring assignments', async () => {
    expect(
      await picture(`import { jnp, nn, type Tensor } from 'distaff';
const { a, b: { c = 3 } = {} } = { a: Number('1'), b: {} as { c?: number } };
enum Size { Small = 2, Large = 'xy'.length + 4 }
namespace Config { export const hidden = Math.max(2, Size.Large); }
/** @input x f32[B, 4] */
const Net = nn.module(class Net extends nn.Module {
  static #count = 0;
  get size() { return 5; }
  *layers(x: Tensor) { yield nn.Dense(x, { features: Config.hidden }); }
  apply(x: Tensor) {
    const maybe: { f?: (x: Tensor) => Tensor } = { f: (y) => nn.Dense(y, { features: a + c }) };
    const z = maybe.f?.(nn.Dense(x, { features: this.size }))!.mul(2);
    const w = <Tensor>(jnp.zeros([1]), z) satisfies Tensor;
    const object = { m(x: Tensor) { return nn.Dense(x, { features: Size.Small }); }, get g(): number { throw new Error('read'); } };
    let [p, q] = [w, object.m(w)];
    [p, q] = [q, p];
    for (const layer of this.layers(p)) p = layer;
    try { return jnp.ones([2]), p; } finally { Net.name; }
  }
});
`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff';
      const { a, b: { c = 3 } = {} } = { a: Number('1'), b: {} as { c?: number } };
      enum Size { Small = 2, Large = 'xy'.length + 4 }
      namespace Config { export const hidden = Math.max(2, Size.Large); }
      /** @input x f32[B, 4] */
      const Net = nn.module(class Net extends nn.Module {
        static #count = 0;
        get size() { return 5; }
        *layers(x: Tensor/* f32[B, 2] */) { yield nn.Dense(x, { features: Config.hidden })/*: f32[B, 6] *//* kernel f32[2, 6], bias f32[6] */; }
        apply(x: Tensor/* f32[B, 4] */) {
          const maybe: { f?: (x: Tensor) => Tensor } = { f: (y) => nn.Dense(y, { features: a + c })/*: f32[B, 4] *//* kernel f32[5, 4], bias f32[4] */ };
          const z/*: f32[B, 4] */ = maybe.f?.(nn.Dense(x, { features: this.size })/*: f32[B, 5] *//* kernel f32[4, 5], bias f32[5] */)!.mul(2);
          const w/*: f32[B, 4] */ = <Tensor>(jnp.zeros([1]), z) satisfies Tensor;
          const object = { m(x: Tensor) { return nn.Dense(x, { features: Size.Small })/*: f32[B, 2] *//* kernel f32[4, 2], bias f32[2] */; }, get g(): number { throw new Error('read'); } };
          let [p/*: f32[B, 4] */, q/*: f32[B, 2] */] = [w, object.m(w)];
          [p/*: f32[B, 2] */, q/*: f32[B, 4] */] = [q, p];
          for (const layer of this.layers(p)) p/*: f32[B, 6] */ = layer;
          try { return jnp.ones([2]), p/*: f32[B, 6] */; } finally { Net.name; }
        }
      });"
    `);
  });
});

describe('modules with state and random keys', () => {
  it('are followed inside nn.stateful and nn.stochastic, and find both when their tags are', async () => {
    expect(
      await picture(`import { nn, random, type Tensor } from 'distaff';
const Scaled = nn.module(class Scaled extends nn.Module {
  apply(x: Tensor) {
    const mean = this.state('mean', [x.shape.at(-1) as number], nn.initializers.zeros);
    if (!this.isInitializing()) mean.value = x.mean(0);
    const noise = random.normal(nn.makeRng(), x.shape);
    return x.sub(mean.value).add(noise);
  }
});
/** @input x f32[B, 6] */
export const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    const h = Scaled(x);
    return nn.Dense(h, { features: 3 });
  }
});
const key = random.PRNGKey(0);
const [[y, params], state] = nn.stateful(() => nn.stochastic(key, () => Scaled.initByShape(key, [[5, 4]])));
const made = nn.stateful(() => {
  const [out, model] = Scaled.createByShape(key, [[7, 4]]);
  return model;
});
`),
    ).toMatchInlineSnapshot(`
      "import { nn, random, type Tensor } from 'distaff';
      const Scaled = nn.module(class Scaled extends nn.Module {
        apply(x: Tensor/* f32[B, 6] (+2) */) {
          const mean = this.state('mean', [x.shape.at(-1) as number], nn.initializers.zeros);
          if (!this.isInitializing()) mean.value = x.mean(0);
          const noise/*: f32[B, 6] (+1) */ = random.normal(nn.makeRng(), x.shape);
      //                              ~~~~~~~~~~~~ error: Random keys are made inside nn.stochastic only: nn.stochastic(key, () => model(x)). Or pass one yourself: nn.dropout(x, 0.5, { rng: key }).
      //  in module Scaled
          return x.sub(mean.value).add(noise)/*: f32[B, 6] (+1) */;
        }
      });
      /** @input x f32[B, 6] */
      export const Net = nn.module(class Net extends nn.Module {
        apply(x: Tensor/* f32[B, 6] */) {
          const h/*: f32[B, 6] */ = Scaled(x);
          return nn.Dense(h, { features: 3 })/*: f32[B, 3] *//* kernel f32[6, 3], bias f32[3] */;
        }
      });
      const key/*: i32[2] */ = random.PRNGKey(0);
      const [[y/*: f32[5, 4] */, params], state/*: Collection(/: { mean: f32[4] }) */] = nn.stateful(() => nn.stochastic(key, () => Scaled.initByShape(key, [[5, 4]])));
      const made = nn.stateful(() => {
        const [out, model] = Scaled.createByShape(key, [[7, 4]]);
        return model;
      });"
    `);
  });
});

describe('options', () => {
  const text = (call: string) => `import { jnp, nn, random, type Tensor } from 'distaff';
/** @input x f32[B, 4] */
const Stack = nn.module(class Stack extends nn.Module {
  apply(x: Tensor, { sizes }: { sizes: number[] }) {
    let h = x;
    for (const features of sizes) h = nn.Dense(h, { features });
    return h;
  }
});
const x = jnp.ones([7, 4]);
${call}`;

  it('that a module needs are those of the file where it has no @with', async () => {
    const init = await picture(text('const [y, params] = Stack.init(random.PRNGKey(0), x, { sizes: [5, 6] });'));
    expect(init).toContain('h/*: f32[B, 5] (+1) */ = nn.Dense(h, { features })');
    const partial = await picture(
      text('const [y, model] = Stack.partial({ sizes: [5] }).create(random.PRNGKey(0), x);'),
    );
    expect(partial).toContain('h/*: f32[B, 5] */ = nn.Dense(h, { features })');
    expect(partial).toContain('const [y/*: f32[7, 5] */, model/*: 2 leaves, 25 */]');
  });

  it('of a partial are followed where it is made and used at once, but for modules whose tags say all', async () => {
    expect(
      await picture(`import { jnp, nn, random, type Tensor } from 'distaff';
/** @input x f32[B, 4] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor, { features = 3 }: { features?: number } = {}) {
    return nn.Dense(x, { features });
  }
});
const features = (() => { throw new Error('This is loaded.'); })();
const [y] = Net.partial({ features }).init(random.PRNGKey(0), jnp.ones([1, 4]));
const [z] = nn.Dense.partial({ features: 2 }).partial({ bias: false }).init(random.PRNGKey(0), jnp.ones([1, 4]));`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';
      /** @input x f32[B, 4] */
      const Net = nn.module(class Net extends nn.Module {
        apply(x: Tensor/* f32[B, 4] */, { features = 3 }: { features?: number } = {}) {
          return nn.Dense(x, { features })/*: f32[B, 3] *//* kernel f32[4, 3], bias f32[3] */;
        }
      });
      const features = (() => { throw new Error('This is loaded.'); })();
      const [y] = Net.partial({ features }).init(random.PRNGKey(0), jnp.ones([1, 4]));
      const [z/*: f32[1, 2] */] = nn.Dense.partial({ features: 2 }).partial({ bias: false }).init(random.PRNGKey(0), jnp.ones([1, 4]));"
    `);
  });

  it('that are nowhere are asked for', async () => {
    expect(await picture(text(''))).toContain(
      'sizes is not iterable\n//  in module Stack\n' +
        '//  Stack ran without options. Where it needs some, write them behind its @input: @with { sizes: … }.',
    );
  });
});
