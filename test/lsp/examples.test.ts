/** The examples as their readers see them: the module definitions with their hints. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestServer } from './server';

const EXAMPLES = path.resolve(import.meta.dirname, '../../examples');
let server: TestServer;

beforeAll(async () => {
  // What the examples' hints are, not how fast they come.
  server = await TestServer.start({ timeBudget: 30_000 });
  for (const name of ['progress.ts', 'data/mnist.ts', 'data/words.ts']) {
    server.write(name, readFileSync(path.join(EXAMPLES, name)));
  }
});
afterAll(() => server.stop());

/** The lines of an example's modules with their hints, from the first one's tags to where the program begins. */
async function modules(name: string): Promise<string> {
  await server.save(name, readFileSync(path.join(EXAMPLES, name), 'utf8'));
  const picture = await server.picture(name);
  const from = picture.lastIndexOf('/**', picture.indexOf('@input'));
  return picture.slice(from, picture.indexOf('const { values')).trimEnd();
}

it('the Transformer', async () => {
  expect(await modules('transformer.ts')).toMatchInlineSnapshot(`
    "/** @input x f32[B, T, 64] */
    const Block = nn.module(
      class Block extends nn.Module {
        apply(x: Tensor/* f32[B, T, 64] */, { train = false, cache }: Options) {
          const dropout = (y: Tensor) => nn.dropout(y, 0.05, { deterministic: !train });
          const attended/*: f32[B, T, 64] */ = nn.SelfAttention(nn.LayerNorm(x)/* scale f32[64], bias f32[64] */, { numHeads: 4, causalMask: true, cache });
          x/*: f32[B, T, 64] */ = x.add(dropout(attended));
          const hidden/*: f32[B, T, 256] */ = nn.relu(nn.Dense(nn.LayerNorm(x)/*: f32[B, T, 64] *//* scale f32[64], bias f32[64] */, { features: 256 })/* kernel f32[64, 256], bias f32[256] */);
          return x.add(dropout(nn.Dense(hidden, { features: 64 })/* kernel f32[256, 64], bias f32[64] */))/*: f32[B, T, 64] */;
        }
      },
    );

    /** @input tokens i32[B, T] */
    export const Transformer = nn.module(
      class Transformer extends nn.Module {
        apply(tokens: Tensor/* i32[B, T] */, { position = 0, ...options }: Options & { position?: number }) {
          const embed = nn.Embed.shared({ numEmbeddings: 28, features: 64, name: 'tokens' });
          const positions/*: i32[T] */ = jnp.arange(position, position + jnp.size(tokens, 1));
          const places/*: f32[T, 64] */ = nn.Embed(positions, { numEmbeddings: 2 * longest, features: 64, name: 'positions' })/* embedding f32[16, 64] */;
          let x/*: f32[B, T, 64] */ = embed(tokens)/* embedding f32[28, 64] */.add(places);
          for (let i = 0; i < 2; i++) x/*: f32[B, T, 64] */ = Block(x, options);
          // The vectors that tokens are read with also say which one to write.
          return embed.attend(nn.LayerNorm(x)/*: f32[B, T, 64] *//* scale f32[64], bias f32[64] */)/*: f32[B, T, 28] */;
        }
      },
    );"
  `);
});

it('residual networks', async () => {
  expect(await modules('resnet.ts')).toMatchInlineSnapshot(`
    "/**
     * @input x f32[B, 56, 56, 64]
     * @with { features: 128, strides: 2 }
     */
    const BasicBlock = nn.module(
      class BasicBlock extends nn.Module {
        apply(x: Tensor/* f32[B, 56, 56, 64] */, { features, strides = 1, train = false }: BlockOptions) {
          const conv = nn.Conv.partial({ features, kernelSize: [3, 3], bias: false });
          const norm = nn.BatchNorm.partial({ useRunningAverage: !train, momentum: 0.9 });
          let y/*: f32[B, 28, 28, 128] */ = nn.relu(norm(conv(x, { strides: [strides, strides] })/* kernel f32[3, 3, 64, 128] */)/* scale f32[128], bias f32[128] */);
          y/*: f32[B, 28, 28, 128] */ = norm(conv(y)/* kernel f32[3, 3, 128, 128] */, { scaleInit: nn.initializers.zeros })/* scale f32[128], bias f32[128] */;
          return nn.relu(y.add(Shortcut(x, { features, strides, train })))/*: f32[B, 28, 28, 128] */;
        }
      },
    );

    /**
     * @input x f32[B, 56, 56, 256]
     * @with { features: 128, strides: 2 }
     */
    const BottleneckBlock = nn.module(
      class BottleneckBlock extends nn.Module {
        apply(x: Tensor/* f32[B, 56, 56, 256] */, { features, strides = 1, train = false }: BlockOptions) {
          const conv = nn.Conv.partial({ features, kernelSize: [1, 1], bias: false });
          const norm = nn.BatchNorm.partial({ useRunningAverage: !train, momentum: 0.9 });
          let y/*: f32[B, 56, 56, 128] */ = nn.relu(norm(conv(x)/* kernel f32[1, 1, 256, 128] */)/* scale f32[128], bias f32[128] */);
          y/*: f32[B, 28, 28, 128] */ = nn.relu(norm(conv(y, { kernelSize: [3, 3], strides: [strides, strides] })/* kernel f32[3, 3, 128, 128] */)/* scale f32[128], bias f32[128] */);
          y/*: f32[B, 28, 28, 512] */ = norm(conv(y, { features: 4 * features })/* kernel f32[1, 1, 128, 512] */, { scaleInit: nn.initializers.zeros })/* scale f32[512], bias f32[512] */;
          return nn.relu(y.add(Shortcut(x, { features: 4 * features, strides, train })))/*: f32[B, 28, 28, 512] */;
        }
      },
    );

    /** What a block's convolutions are added to: its input, fitted to their shape where that differs. */
    const Shortcut = nn.module(
      class Shortcut extends nn.Module {
        apply(x: Tensor/* f32[B, 56, 56, 64] (+8) */, { features, strides = 1, train = false }: BlockOptions) {
          if (x.shape[3] === features && strides === 1) return x/*: f32[B, 56, 56, 256] (+5) */;
          const y/*: f32[B, 28, 28, 128] (+8) */ = nn.Conv(x, { features, kernelSize: [1, 1], strides: [strides, strides], bias: false })/* kernel f32[1, 1, 64, 128] */;
          return nn.BatchNorm(y, { useRunningAverage: !train, momentum: 0.9 })/*: f32[B, 28, 28, 128] (+8) *//* scale f32[128], bias f32[128] */;
        }
      },
    );

    interface ResNetOptions {
      /** The number of blocks in each stage; each stage but the first halves height and width and doubles the features. */
      stages: readonly number[];
      block: typeof BasicBlock | typeof BottleneckBlock;
      features?: number;
      classes: number;
      /** Whether the images are so small that their size is halved once rather than twice before the first stage. */
      small?: boolean;
      train?: boolean;
    }

    const ResNet = nn.module(
      class ResNet extends nn.Module {
        apply(x: Tensor/* f32[B, 224, 224, 3] (+2) */, { stages, block, features = 64, classes, small = false, train = false }: ResNetOptions) {
          const size = small ? 3 : 7;
          x/*: f32[B, 112, 112, 64] (+2) */ = nn.Conv(x, { features, kernelSize: [size, size], strides: [2, 2], bias: false })/* kernel f32[7, 7, 3, 64] */;
          x/*: f32[B, 112, 112, 64] (+2) */ = nn.relu(nn.BatchNorm(x, { useRunningAverage: !train, momentum: 0.9 })/* scale f32[64], bias f32[64] */);
          if (!small) x/*: f32[B, 56, 56, 64] */ = nn.maxPool(x, [3, 3], { strides: [2, 2], padding: 'SAME' });
          stages.forEach((blocks, stage) => {
            for (let i = 0; i < blocks; i++) {
              x/*: f32[B, 56, 56, 256] (+9) */ = block(x, { features: features * 2 ** stage, strides: stage > 0 && i === 0 ? 2 : 1, train });
            }
          });
          return nn.Dense(jnp.mean(x, [1, 2]), { features: classes })/*: f32[B, 1000] (+2) *//* kernel f32[2048, 1000], bias f32[1000] */;
        }
      },
    );

    /** @input x f32[B, 224, 224, 3] */
    export const ResNet50 = ResNet.partial({ stages: [3, 4, 6, 3], block: BottleneckBlock, classes: 1000 });

    /** @input x f32[B, 28, 28, 1] */
    export const MnistNet = ResNet.partial({
      stages: [1, 1, 1],
      block: BasicBlock,
      features: 16,
      classes: 10,
      small: true,
    });"
  `);
});
