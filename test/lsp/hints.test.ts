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
  const name = `model${files++}.ts`;
  await server.save(name, text);
  return server.picture(name);
}

describe('inlay hints', () => {
  it('show what a layer returns and which parameters it made', async () => {
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';

/** @input x f32[B, 784] */
export const MLP = nn.module(
  class MLP extends nn.Module {
    apply(x: Tensor) {
      const h = nn.relu(nn.Dense(x, { features: 512 }));
      return nn.Dense(h, { features: 10 });
    }
  },
);`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';

      /** @input x f32[B, 784] */
      export const MLP = nn.module(
        class MLP extends nn.Module {
          apply(x: Tensor/* f32[B, 784] */) {
            const h/*: f32[B, 512] */ = nn.relu(nn.Dense(x, { features: 512 })/* kernel f32[784, 512], bias f32[512] */);
            return nn.Dense(h, { features: 10 })/*: f32[B, 10] *//* kernel f32[512, 10], bias f32[10] */;
          }
        },
      );"
    `);
  });

  it("show parameters of the file's own modules where they are declared", async () => {
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';

/**
 * @input x f32[B, 784]
 * @with { features: 10 }
 */
const Dense = nn.module(
  class Dense extends nn.Module {
    apply(x: Tensor, { features }: { features: number }) {
      const kernel = this.param('kernel', [x.shape[1]!, features], nn.initializers.lecunNormal());
      return x.matMul(kernel).add(this.param('bias', [features], nn.initializers.zeros));
    }
  },
);`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';

      /**
       * @input x f32[B, 784]
       * @with { features: 10 }
       */
      const Dense = nn.module(
        class Dense extends nn.Module {
          apply(x: Tensor/* f32[B, 784] */, { features }: { features: number }) {
            const kernel/*: f32[784, 10] */ = this.param('kernel', [x.shape[1]!, features], nn.initializers.lecunNormal());
            return x.matMul(kernel).add(this.param('bias', [features], nn.initializers.zeros)/* bias: f32[10] */)/*: f32[B, 10] */;
          }
        },
      );"
    `);
  });

  it('print sizes by their names through convolutions, pooling and reshapes', async () => {
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';

/** @input images f32[B, H, W, 3] */
const CNN = nn.module(
  class CNN extends nn.Module {
    apply(images: Tensor) {
      let x = nn.Conv(images, { features: 32, kernelSize: [3, 3] });
      x = nn.avgPool(nn.relu(x), [2, 2], { strides: [2, 2] });
      const [batch, height, width, channels] = x.shape as [number, number, number, number];
      const patches = x.reshape([batch, height * width, channels]);
      return patches.mean(1);
    }
  },
);`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';

      /** @input images f32[B, H, W, 3] */
      const CNN = nn.module(
        class CNN extends nn.Module {
          apply(images: Tensor/* f32[B, H, W, 3] */) {
            let x/*: f32[B, H, W, 32] */ = nn.Conv(images, { features: 32, kernelSize: [3, 3] })/* kernel f32[3, 3, 3, 32], bias f32[32] */;
            x/*: f32[B, H/2, W/2, 32] */ = nn.avgPool(nn.relu(x), [2, 2], { strides: [2, 2] });
            const [batch, height, width, channels] = x.shape as [number, number, number, number];
            const patches/*: f32[B, 609180, 32] */ = x.reshape([batch, height * width, channels]);
            return patches.mean(1)/*: f32[B, 32] */;
          }
        },
      );"
    `);
  });

  it('follow pytrees, destructuring and inputs of several kinds', async () => {
    expect(
      await picture(`import { jnp, nn, type Tensor } from 'distaff';

/**
 * @input carry (f32[B, 8], f32[B, 8])
 * @input batch { tokens: i32[B, T], mask: bool[B, T] }
 * @input train true
 */
const Cell = nn.module(
  class Cell extends nn.Module {
    apply(carry: [Tensor, Tensor], batch: { tokens: Tensor; mask: Tensor }, train: boolean) {
      const [c, h] = carry;
      const { tokens, mask } = batch;
      const length = jnp.sum(mask, -1, { keepdims: true });
      const next = [c.add(length), h] as [Tensor, Tensor];
      return [next, train ? tokens : mask] as const;
    }
  },
);`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, type Tensor } from 'distaff';

      /**
       * @input carry (f32[B, 8], f32[B, 8])
       * @input batch { tokens: i32[B, T], mask: bool[B, T] }
       * @input train true
       */
      const Cell = nn.module(
        class Cell extends nn.Module {
          apply(carry: [Tensor, Tensor]/* [f32[B, 8], f32[B, 8]] */, batch: { tokens: Tensor; mask: Tensor }/* { mask: bool[B, T], tokens: i32[B, T] } */, train: boolean) {
            const [c/*: f32[B, 8] */, h/*: f32[B, 8] */] = carry;
            const { tokens/*: i32[B, T] */, mask/*: bool[B, T] */ } = batch;
            const length/*: i32[B, 1] */ = jnp.sum(mask, -1, { keepdims: true });
            const next/*: [f32[B, 8], f32[B, 8]] */ = [c.add(length), h] as [Tensor, Tensor];
            return [next, train ? tokens : mask] as const/*: [[f32[B, 8], f32[B, 8]], i32[B, T]] */;
          }
        },
      );"
    `);
  });

  it("come from the file's own calls of init and initByShape", async () => {
    expect(
      await picture(`import { jnp, nn, random, type Tensor } from 'distaff';

const Scale = nn.module(
  class Scale extends nn.Module {
    apply(x: Tensor) {
      const scale = this.param('scale', [], nn.initializers.ones);
      return x.mul(scale);
    }
  },
);

const Linear = nn.module(
  class Linear extends nn.Module {
    apply(x: Tensor, { features }: { features: number }) {
      return nn.Dense(Scale(x), { features });
    }
  },
);

const key = random.PRNGKey(0);
const [y, params] = Linear.init(key, jnp.ones([4, 3]), { features: 2 });

const Other = nn.module(
  class Other extends nn.Module {
    apply(x: Tensor) {
      return x.sum(0);
    }
  },
);
const sizes = [16, 32];

function train() {
  const [, other] = Other.initByShape(random.PRNGKey(1), [[sizes[0]!, sizes[1]!]]);
  return nn.Model(Other, other);
}
console.log(train());`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      const Scale = nn.module(
        class Scale extends nn.Module {
          apply(x: Tensor/* f32[4, 3] */) {
            const scale/*: f32[] */ = this.param('scale', [], nn.initializers.ones);
            return x.mul(scale)/*: f32[4, 3] */;
          }
        },
      );

      const Linear = nn.module(
        class Linear extends nn.Module {
          apply(x: Tensor/* f32[4, 3] */, { features }: { features: number }) {
            return nn.Dense(Scale(x)/*: f32[4, 3] */, { features })/*: f32[4, 2] *//* kernel f32[3, 2], bias f32[2] */;
          }
        },
      );

      const key/*: i32[2] */ = random.PRNGKey(0);
      const [y/*: f32[4, 2] */, params/*: 3 leaves, 9 */] = Linear.init(key, jnp.ones([4, 3]), { features: 2 });

      const Other = nn.module(
        class Other extends nn.Module {
          apply(x: Tensor/* f32[16, 32] */) {
            return x.sum(0)/*: f32[32] */;
          }
        },
      );
      const sizes = [16, 32];

      function train() {
        const [, other] = Other.initByShape(random.PRNGKey(1), [[sizes[0]!, sizes[1]!]]);
        return nn.Model(Other, other);
      }
      console.log(train());"
    `);
  });

  it('count the other shapes of a module that is called with several', async () => {
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';

const Block = nn.module(
  class Block extends nn.Module {
    apply(x: Tensor, { features }: { features: number }) {
      return nn.relu(nn.Dense(x, { features }));
    }
  },
);

/** @input x f32[B, 8] */
const Net = nn.module(
  class Net extends nn.Module {
    apply(x: Tensor) {
      for (const features of [16, 32, 64]) x = Block(x, { features });
      return x;
    }
  },
);`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';

      const Block = nn.module(
        class Block extends nn.Module {
          apply(x: Tensor/* f32[B, 8] (+2) */, { features }: { features: number }) {
            return nn.relu(nn.Dense(x, { features })/* kernel f32[8, 16], bias f32[16] */)/*: f32[B, 16] (+2) */;
          }
        },
      );

      /** @input x f32[B, 8] */
      const Net = nn.module(
        class Net extends nn.Module {
          apply(x: Tensor/* f32[B, 8] */) {
            for (const features of [16, 32, 64]) x/*: f32[B, 16] (+2) */ = Block(x, { features });
            return x/*: f32[B, 64] */;
          }
        },
      );"
    `);
  });

  it('follow shared modules and methods beside apply', async () => {
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';

/** @input x f32[B, 6] */
const AutoEncoder = nn.module(
  class AutoEncoder extends nn.Module {
    apply(x: Tensor) {
      const inner = nn.Dense.shared({ features: 6, name: 'inner' });
      const twice = inner(inner(x));
      return this.decode(twice);
    }

    decode(z: Tensor) {
      return nn.Dense(z, { features: 3, name: 'out' });
    }
  },
);`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';

      /** @input x f32[B, 6] */
      const AutoEncoder = nn.module(
        class AutoEncoder extends nn.Module {
          apply(x: Tensor/* f32[B, 6] */) {
            const inner = nn.Dense.shared({ features: 6, name: 'inner' });
            const twice/*: f32[B, 6] */ = inner(inner(x)/* kernel f32[6, 6], bias f32[6] */)/* kernel f32[6, 6], bias f32[6] */;
            return this.decode(twice)/*: f32[B, 3] */;
          }

          decode(z: Tensor/* f32[B, 6] */) {
            return nn.Dense(z, { features: 3, name: 'out' })/*: f32[B, 3] *//* kernel f32[6, 3], bias f32[3] */;
          }
        },
      );"
    `);
  });

  it('come from modules of other files of the workspace', async () => {
    server.write(
      'layers/block.ts',
      `import { nn, type Tensor } from 'distaff';
import { readFileSync } from 'node:fs';
export interface BlockOptions { features: number }
export const Block = nn.module(class Block extends nn.Module {
  apply(x: Tensor, { features }: BlockOptions) { return nn.Dense(x, { features }); }
});
export const unused = readFileSync('/nowhere');
`,
    );
    server.write('layers/index.ts', "export * from './block';\n");
    expect(
      await picture(`import { nn, type Tensor } from 'distaff';
import { Block, type BlockOptions } from './layers/index.js';

const options: BlockOptions = { features: 5 };

/** @input x f32[B, 4] */
const Net = nn.module(
  class Net extends nn.Module {
    apply(x: Tensor) {
      const y = Block(x, options);
      return y;
    }
  },
);`),
    ).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';
      import { Block, type BlockOptions } from './layers/index.js';

      const options: BlockOptions = { features: 5 };

      /** @input x f32[B, 4] */
      const Net = nn.module(
        class Net extends nn.Module {
          apply(x: Tensor/* f32[B, 4] */) {
            const y/*: f32[B, 5] */ = Block(x, options);
            return y/*: f32[B, 5] */;
          }
        },
      );"
    `);
  });

  it('leave training code alone: it is not evaluated', async () => {
    expect(
      await picture(`import { jnp, nn, random, type Tensor } from 'distaff';

/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    return nn.Dense(x, { features: 1 });
  }
});

while (true) console.log('training');
const data = await fetch('http://localhost:1/data');
process.exit(3);`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      /** @input x f32[B, 2] */
      const Net = nn.module(class Net extends nn.Module {
        apply(x: Tensor/* f32[B, 2] */) {
          return nn.Dense(x, { features: 1 })/*: f32[B, 1] *//* kernel f32[2, 1], bias f32[1] */;
        }
      });

      while (true) console.log('training');
      const data = await fetch('http://localhost:1/data');
      process.exit(3);"
    `);
  });

  it('move along with edits and go where their text is edited', async () => {
    const text = `import { nn, type Tensor } from 'distaff';
/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    const y = nn.Dense(x, { features: 1 });
    return y;
  }
});`;
    await server.save('edited.ts', text);
    server.change('edited.ts', text.replace('const Net', '// a new line\n\nconst Net'));
    expect(await server.picture('edited.ts')).toMatchInlineSnapshot(`
      "import { nn, type Tensor } from 'distaff';
      /** @input x f32[B, 2] */
      // a new line

      const Net = nn.module(class Net extends nn.Module {
        apply(x: Tensor/* f32[B, 2] */) {
          const y/*: f32[B, 1] */ = nn.Dense(x, { features: 1 })/* kernel f32[2, 1], bias f32[1] */;
          return y/*: f32[B, 1] */;
        }
      });"
    `);
    await server.save('edited.ts', text.replace('features: 1', 'features: 7'));
    expect((await server.picture('edited.ts')).split('\n')[4]).toMatchInlineSnapshot(
      `"    const y/*: f32[B, 7] */ = nn.Dense(x, { features: 7 })/* kernel f32[2, 7], bias f32[7] */;"`,
    );
  });

  it('are there again after the server was told to restart', async () => {
    const text = `import { nn, type Tensor } from 'distaff';
/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module { apply(x: Tensor) { return x.sum(); } });`;
    await server.save('restarted.ts', text);
    const before = await server.picture('restarted.ts');
    await server.connection.sendRequest('distaff/restart', null);
    expect(await server.picture('restarted.ts')).toBe(before);
    expect(before).toContain('f32[]');
  });
});
