import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './server';

let server: TestServer;
let files = 0;

beforeAll(async () => {
  server = await TestServer.start({ timeBudget: 1000 });
});
afterAll(() => server.stop());

/** A saved document as the user sees it, hints and problems included. */
async function picture(text: string): Promise<string> {
  const name = `problem${files++}.ts`;
  await server.save(name, text);
  // Messages name files of this run's folder.
  return (await server.picture(name)).replaceAll(server.folder, '…');
}

const HEADER = "import { jnp, nn, random, type Tensor } from 'distaff';\n";

describe('problems', () => {
  it('stand at the call whose inner sizes differ, with both shapes and the module', async () => {
    expect(
      await picture(`${HEADER}
/** @input x f32[B, 784] */
const MLP = nn.module(class MLP extends nn.Module {
  apply(x: Tensor) {
    const kernel = this.param('kernel', [512, 10], nn.initializers.lecunNormal());
    const y = x.matMul(kernel);
    return y.add(1);
  }
});

/** @input x f32[B, 4] */
const Other = nn.module(class Other extends nn.Module {
  apply(x: Tensor) {
    return nn.Dense(x, { features: 2 });
  }
});`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      /** @input x f32[B, 784] */
      const MLP = nn.module(class MLP extends nn.Module {
        apply(x: Tensor/* f32[B, 784] */) {
          const kernel/*: f32[512, 10] */ = this.param('kernel', [512, 10], nn.initializers.lecunNormal());
          const y = x.matMul(kernel);
      //            ~~~~~~~~~~~~~~~~ error: matMul: inner sizes differ: f32[B, 784] x f32[512, 10] (784 and 512)
      //  in module MLP
          return y.add(1);
        }
      });

      /** @input x f32[B, 4] */
      const Other = nn.module(class Other extends nn.Module {
        apply(x: Tensor/* f32[B, 4] */) {
          return nn.Dense(x, { features: 2 })/*: f32[B, 2] *//* kernel f32[4, 2], bias f32[2] */;
        }
      });"
    `);
  });

  it('inside a module name its path and leave the rest of the calling module visible', async () => {
    expect(
      await picture(`${HEADER}
const Residual = nn.module(class Residual extends nn.Module {
  apply(x: Tensor, { features }: { features: number }) {
    return x.add(nn.Dense(x, { features }));
  }
});

/** @input x f32[B, 8] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    const wide = Residual(x, { features: 8, name: 'same' });
    return Residual(wide, { features: 16, name: 'wider' });
  }
});`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      const Residual = nn.module(class Residual extends nn.Module {
        apply(x: Tensor/* f32[B, 8] */, { features }: { features: number }) {
          return x.add(nn.Dense(x, { features })/*: f32[B, 8] (+1) *//* kernel f32[8, 8], bias f32[8] */)/*: f32[B, 8] */;
      //         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: add: shapes do not broadcast: f32[B, 8] and f32[B, 16]
      //  in module /wider (Residual)
        }
      });

      /** @input x f32[B, 8] */
      const Net = nn.module(class Net extends nn.Module {
        apply(x: Tensor/* f32[B, 8] */) {
          const wide/*: f32[B, 8] */ = Residual(x, { features: 8, name: 'same' });
          return Residual(wide, { features: 16, name: 'wider' });
        }
      });"
    `);
  });

  it('of convolutions, reshapes and concatenations read well', async () => {
    expect(
      await picture(`${HEADER}
/** @input x f32[B, 28, 28, 3] */
const A = nn.module(class Convolves extends nn.Module {
  apply(x: Tensor) {
    return x.conv2d(this.param('kernel', [3, 3, 16, 32], nn.initializers.zeros) as never, 1, 'same');
  }
});

/** @input x f32[B, 28, 28, 3] */
const B = nn.module(class Reshapes extends nn.Module {
  apply(x: Tensor) {
    return x.reshape([x.shape[0]!, 1000]);
  }
});

/** @input x f32[B, 4] */
const C = nn.module(class Joins extends nn.Module {
  apply(x: Tensor) {
    return jnp.concatenate([x, x.reshape([4, -1])], 1);
  }
});

/** @input x f32[B, 28] */
const D = nn.module(class LayerFails extends nn.Module {
  apply(x: Tensor) {
    return nn.Conv(x, { features: 8, kernelSize: [3, 3] });
  }
});`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      /** @input x f32[B, 28, 28, 3] */
      const A = nn.module(class Convolves extends nn.Module {
        apply(x: Tensor/* f32[B, 28, 28, 3] */) {
          return x.conv2d(this.param('kernel', [3, 3, 16, 32], nn.initializers.zeros)/* kernel: f32[3, 3, 16, 32] */ as never, 1, 'same');
      //         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: conv2d: the input has 3 channels, the filter expects 16.
      //  in module Convolves
        }
      });

      /** @input x f32[B, 28, 28, 3] */
      const B = nn.module(class Reshapes extends nn.Module {
        apply(x: Tensor/* f32[B, 28, 28, 3] */) {
          return x.reshape([x.shape[0]!, 1000]);
      //         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: reshape: B*2352 values, [B, 1000] has B*1000: f32[B, 28, 28, 3]
      //  in module Reshapes
        }
      });

      /** @input x f32[B, 4] */
      const C = nn.module(class Joins extends nn.Module {
        apply(x: Tensor/* f32[B, 4] */) {
          return jnp.concatenate([x, x.reshape([4, -1])], 1);
      //         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: jnp.concatenate: apart from axis 1 the shapes must agree: f32[B, 4] and f32[4, B].
      //  in module Joins
        }
      });

      /** @input x f32[B, 28] */
      const D = nn.module(class LayerFails extends nn.Module {
        apply(x: Tensor/* f32[B, 28] */) {
          return nn.Conv(x, { features: 8, kernelSize: [3, 3] });
      //         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ error: nn.Conv: a kernel of size [3,3] needs an input with the axes batch, 2 spatial and features, got f32[B, 28].
      //  in module /Conv_0 (Conv)
        }
      });"
    `);
  });

  it('say when a value is read that shapes do not have', async () => {
    expect(
      await picture(`${HEADER}
/** @input x f32[B, 4] */
const Reads = nn.module(class Reads extends nn.Module {
  apply(x: Tensor) {
    const mean = x.mean();
    if (mean.dataSync()[0]! > 0) return x;
    return x.neg();
  }
});`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      /** @input x f32[B, 4] */
      const Reads = nn.module(class Reads extends nn.Module {
        apply(x: Tensor/* f32[B, 4] */) {
          const mean/*: f32[] */ = x.mean();
          if (mean.dataSync()[0]! > 0) return x;
      //      ~~~~~~~~~~~~~~~ warning: The value of an abstract tensor f32[] was read. While shapes are worked out, tensors have a shape and a dtype but no values. Make sizes and branches depend on shapes or options, or move the read out of the module.
      //  in module Reads
          return x.neg();
        }
      });"
    `);
  });

  it('in tags stand at the tag', async () => {
    expect(
      await picture(`${HEADER}
/** @input x f32[B, ] */
const A = nn.module(class One extends nn.Module { apply(x: Tensor) { return x; } });

/** @input x float[B, 3] */
const B = nn.module(class Two extends nn.Module { apply(x: Tensor) { return x; } });

/** @input y f32[B, 3] */
const C = nn.module(class Three extends nn.Module { apply(x: Tensor) { return x; } });

/**
 * @input x f32[B, 3]
 * @with features: 3
 */
const D = nn.module(class Four extends nn.Module { apply(x: Tensor, o: { features: number }) { return x; } });

/** @input */
const E = nn.module(class Five extends nn.Module { apply(x: Tensor) { return x; } });`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      /** @input x f32[B, ] */
      const A = nn.module(class One extends nn.Module { apply(x: Tensor/* f32[B] */) { return x/*: f32[B] */; } });

      /** @input x float[B, 3] */
      //           ~~~~~~~~~~~ error: Expected a dtype (f32, i32, bool, c64, string), got 'float[B, 3]' in 'float[B, 3]'. A spec looks like f32[B, 784].
      const B = nn.module(class Two extends nn.Module { apply(x: Tensor) { return x; } });

      /** @input y f32[B, 3] */
      //         ~~~~~~~~~~~ error: apply has no parameter 'y'; it has x.
      const C = nn.module(class Three extends nn.Module { apply(x: Tensor) { return x; } });

      /**
       * @input x f32[B, 3]
       * @with features: 3
      //       ~~~~~~~~~~~ error: Expected an options object after @with, for example: @with { features: 10 }; got 'features: 3'.
       */
      const D = nn.module(class Four extends nn.Module { apply(x: Tensor, o: { features: number }) { return x; } });

      /** @input */
      //         ~ error: Expected an input after @input, for example: @input x f32[B, 784].
      const E = nn.module(class Five extends nn.Module { apply(x: Tensor) { return x; } });"
    `);
  });

  it('offer quietly to say what the inputs of a module are', async () => {
    expect(
      await picture(`${HEADER}
const Unknown = nn.module(class Unknown extends nn.Module {
  apply(images: Tensor) {
    return images;
  }
});`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      const Unknown = nn.module(class Unknown extends nn.Module {
      //    ~~~~~~~ hint: The inputs of Unknown are not known. Write /** @input images f32[B, 784] */ above it, with its real shape, to see its shapes.
        apply(images: Tensor) {
          return images;
        }
      });"
    `);
  });

  it('of imports stand at the import and leave other modules alone', async () => {
    expect(
      await picture(`${HEADER}
import { sizes } from './nowhere';

/**
 * @input x f32[B, 4]
 * @with { features: sizes.hidden }
 */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor, { features }: { features: number }) {
    return nn.Dense(x, { features });
  }
});

/** @input x f32[B, 4] */
const Stands = nn.module(class Stands extends nn.Module { apply(x: Tensor) { return x.sum(); } });`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      import { sizes } from './nowhere';
      //                    ~~~~~~~~~~~ error: Cannot find './nowhere': there is no …/nowhere with the extension .ts, .tsx, .mts, .js or .json.

      /**
       * @input x f32[B, 4]
       * @with { features: sizes.hidden }
       */
      const Net = nn.module(class Net extends nn.Module {
        apply(x: Tensor, { features }: { features: number }) {
          return nn.Dense(x, { features });
        }
      });

      /** @input x f32[B, 4] */
      const Stands = nn.module(class Stands extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return x.sum()/*: f32[] */; } });"
    `);
    expect(
      await picture(`${HEADER}import left from 'no-such-package';
/** @input x f32[B, 4] */
const Net = nn.module(class Net extends nn.Module { apply(x: Tensor) { return left(x); } });`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';
      import left from 'no-such-package';
      //               ~~~~~~~~~~~~~~~~~ error: Cannot find the package 'no-such-package'. Install it with: npm install no-such-package
      /** @input x f32[B, 4] */
      const Net = nn.module(class Net extends nn.Module { apply(x: Tensor/* f32[B, 4] */) { return left(x); } });"
    `);
  });

  it('in an imported file point to the call into it', async () => {
    server.write(
      'wrong.ts',
      `import { nn, type Tensor } from 'distaff';
export const Wrong = nn.module(class Wrong extends nn.Module {
  apply(x: Tensor) {
    return x.reshape([7, 7]);
  }
});
`,
    );
    expect(
      await picture(`${HEADER}import { Wrong } from './wrong';
/** @input x f32[B, 4] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    return Wrong(x);
  }
});`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';
      import { Wrong } from './wrong';
      /** @input x f32[B, 4] */
      const Net = nn.module(class Net extends nn.Module {
        apply(x: Tensor/* f32[B, 4] */) {
          return Wrong(x);
      //         ~~~~~~~~ error: reshape: B*4 values, [7, 7] has 49: f32[B, 4]
      //  in module /Wrong_0 (Wrong)
        }
      });"
    `);
    const name = `problem${files - 1}.ts`;
    const related = server.problems(name)[0]?.relatedInformation;
    expect(related?.[0]?.location.uri).toBe(server.uri('wrong.ts'));
    expect(related?.[0]?.location.range.start).toEqual({ line: 3, character: 13 });
  });

  it('at the top level cost only what depends on them', async () => {
    expect(
      await picture(`${HEADER}
const broken = JSON.parse('not json') as { features: number };
const [features = 3] = [broken.features];

/**
 * @input x f32[B, 4]
 * @with { features }
 */
const Depends = nn.module(class Depends extends nn.Module {
  apply(x: Tensor, { features }: { features: number }) { return nn.Dense(x, { features }); }
});

/** @input x f32[B, 4] */
const Stands = nn.module(class Stands extends nn.Module {
  apply(x: Tensor) { return nn.Dense(x, { features: 2 }); }
});`),
    ).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';

      const broken = JSON.parse('not json') as { features: number };
      //             ~~~~~~~~~~~~~~~~~~~~~~ error: Unexpected token 'o', "not json" is not valid JSON
      const [features = 3] = [broken.features];

      /**
       * @input x f32[B, 4]
       * @with { features }
       */
      const Depends = nn.module(class Depends extends nn.Module {
        apply(x: Tensor, { features }: { features: number }) { return nn.Dense(x, { features }); }
      });

      /** @input x f32[B, 4] */
      const Stands = nn.module(class Stands extends nn.Module {
        apply(x: Tensor/* f32[B, 4] */) { return nn.Dense(x, { features: 2 })/*: f32[B, 2] *//* kernel f32[4, 2], bias f32[2] */; }
      });"
    `);
  });

  it('of syntax keep the last hints and say where', async () => {
    const text = `${HEADER}/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    return nn.Dense(x, { features: 1 });
  }
});`;
    await server.save('syntax.ts', text);
    await server.save('syntax.ts', `${text}\nconst broken = ;`);
    expect(await server.picture('syntax.ts')).toMatchInlineSnapshot(`
      "import { jnp, nn, random, type Tensor } from 'distaff';
      /** @input x f32[B, 2] */
      const Net = nn.module(class Net extends nn.Module {
        apply(x: Tensor/* f32[B, 2] */) {
          return nn.Dense(x, { features: 1 })/*: f32[B, 1] *//* kernel f32[2, 1], bias f32[1] */;
        }
      });
      const broken = ;
      //             ~ error: Unexpected token. Shapes are worked out again once the file parses."
    `);
  });
});

describe('a bad day', () => {
  it('an endless loop ends after its budget, says so, and the next good save works', async () => {
    const text = `${HEADER}/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    const y = nn.Dense(x, { features: 1 });
    return y;
  }
});`;
    await server.save('loop.ts', text);
    const good = await server.picture('loop.ts');
    await server.save('loop.ts', text.replace('const y', 'while (true) {}\n    const y'));
    expect(server.statuses.at(-1)).toEqual({
      health: 'warning',
      quiescent: true,
      message:
        'Working out the shapes took longer than 1 s and was stopped. Shapes from before are shown. ' +
        'Look for an endless loop or one over a named size, which counts into the thousands, or raise distaff.shapes.timeBudget.',
    });
    expect(await server.picture('loop.ts')).toContain('const y/*: f32[B, 1] */');
    await server.save('loop.ts', text);
    expect(server.statuses.at(-1)?.health).toBe('ok');
    expect(await server.picture('loop.ts')).toBe(good);
  });

  it('a file seen for the first time in an endless loop shows what was found before it', async () => {
    const shown = await picture(`${HEADER}/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    const y = nn.Dense(x, { features: 1 });
    for (;;) {}
  }
});`);
    expect(shown).toContain('const y/*: f32[B, 1] */');
  });

  it('running out of memory is survived', async () => {
    await server.save(
      'memory.ts',
      `${HEADER}const hoard: number[][] = [];
while (hoard.length < 1e9) hoard.push(new Array(1e6).fill(1.5));
/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module { apply(x: Tensor) { return x.add(hoard.length); } });`,
    );
    expect(server.statuses.at(-1)?.health).toBe('warning');
    expect(
      await picture(`${HEADER}/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module { apply(x: Tensor) { return x.sum(); } });`),
    ).toContain(': f32[]');
  });

  it('process.exit in the file does not end anything', async () => {
    const shown = await picture(`${HEADER}
/** @input x f32[B, 2] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    process.exit(1);
    return x;
  }
});`);
    expect(shown).toContain('process.exit(1) was called while shapes were worked out.');
  });

  it('a file of 10,000 lines shows its hints', async () => {
    const modules = Array.from(
      { length: 1250 },
      (_, i) => `/** @input x f32[B, ${i + 1}] */
export const Net${i} = nn.module(
  class Net${i} extends nn.Module {
    apply(x: Tensor) {
      return x.sum(1);
    }
  },
);
`,
    );
    // What is asked is that nothing gets lost, not how quick this machine is: the budget is no matter here.
    const patient = await TestServer.start({ timeBudget: 30_000 });
    await patient.save('long.ts', HEADER + modules.join(''));
    const shown = await patient.picture('long.ts');
    expect(shown.split('\n').length).toBeGreaterThan(10_000);
    expect(shown.includes('apply(x: Tensor/* f32[B, 1250] */)')).toBe(true);
    expect(patient.statuses.at(-1)?.health).toBe('ok');
    await patient.stop();
  });

  it('a binary file with the extension .ts is named as such', async () => {
    server.write(
      'binary.ts',
      Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256),
    );
    const shapes = await server.connection.sendRequest('distaff/shapes', { uri: server.uri('binary.ts') });
    expect(shapes).toMatchObject({
      hints: [],
      diagnostics: [{ line: 1, severity: 'error', message: expect.stringContaining('is not a text file') }],
    });
  });

  it('a file that does not exist is named as such', async () => {
    const shapes = await server.connection.sendRequest('distaff/shapes', { uri: server.uri('gone.ts') });
    expect(shapes).toMatchObject({ diagnostics: [{ severity: 'error', message: expect.stringContaining('gone.ts') }] });
  });
});
