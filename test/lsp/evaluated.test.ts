import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './server';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start({ timeBudget: 4000 });
});
afterAll(() => server.stop());

let files = 0;
const HEADER = "import { jnp, nn, optim, random, type Tensor } from 'distaff';\n";

/** The widths that a module's layer saw: `w` is what the code makes, evaluated in the module. */
async function widths(code: string, w: string): Promise<string[]> {
  const name = `evaluated${files++}/main.ts`;
  await server.save(
    name,
    `${HEADER}${code}
/** @input x f32[B, 4] */
const Net = nn.module(class Net extends nn.Module {
  apply(x: Tensor) {
    return [${w}].flat().map((width) => this.probe(x, width as number));
  }
  probe(x: Tensor, width: number) {
    if (!(width > 0)) throw new Error('no width: ' + width);
    const y = jnp.zeros([width]);
    return y;
  }
});
`,
  );
  expect(server.statuses.at(-1)?.health).toBe('ok');
  expect(server.problems(name).map(({ message }) => message)).toEqual([]);
  const tooltips = (await server.hints(name)).map(({ tooltip }) => (tooltip as { value: string }).value);
  const seen = tooltips.find((text) => text.startsWith('y: '))?.split('\n\n') ?? [];
  return seen.flatMap((line) => /^y: f32\[(\d+)\]/.exec(line)?.[1] ?? []);
}

/** The same with other files beside it. */
function widthsWith(others: Record<string, string>, code: string, w: string): Promise<string[]> {
  for (const [name, text] of Object.entries(others)) server.write(`evaluated${files}/${name}`, text);
  return widths(code, w);
}

describe('what is evaluated', () => {
  it('is what changes the values that modules use: assignments, methods, functions, loops', async () => {
    expect(
      await widths(
        `const config = { width: 1, more: {} as Record<string, number> };
config.width = 8;
Object.assign(config.more, { deep: 9 });
const list: number[] = [];
for (let i = 2; i < 4; i++) list.push(i);
function addLayer(n: number) { list.push(n); }
addLayer(40);
class Registry { sizes: number[] = []; register(n: number) { this.sizes.push(n); } }
const registry = new Registry();
registry.register(50);
let count = 6;
count++;
[count] = [count + 1];
function hoisted() { return two; }
if (count > 0) { var two = 22; }`,
        'config.width, config.more.deep, list, registry.sizes, count, hoisted()',
      ),
    ).toEqual(['8', '9', '2', '3', '40', '50', '22']);
  });

  it('is no training loop, though it shares names with modules, or calls what they call', async () => {
    expect(
      await widths(
        `const cache = new Map<number, number>();
function positions(n: number) { cache.set(n, n * 2); return cache.get(n)!; }
let x = 1, width = 3, y = 0;
while (y < 1) { x += positions(x); width = x; train(); }
for (const seed of [0]) {
  const [, params] = Net.init(random.PRNGKey(seed), jnp.ones([2, 4]));
  for (;;) console.log(params);
}
function train() { y -= positions(1); Net.initByShape(random.PRNGKey(0), [[1, 4]]); for (;;) {} }
wandb.init({ project: 'mine' });
declare const wandb: { init(options: object): void };`,
        'positions(5)',
      ),
    ).toEqual(['10']);
  });

  it('follows imports through barrels, aliases, defaults, namespaces, JSON, JavaScript and dynamic imports', async () => {
    expect(
      await widthsWith(
        {
          'package.json': '{ "type": "module", "imports": { "#sizes": "./lib/sizes.ts" } }',
          'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
          'lib/sizes.ts':
            'export const small = 2, big = 9;\nexport default { deep: 3 };\nexport interface Options { a: 1 }\n',
          'lib/barrel.ts':
            "export * from './sizes';\nexport * as ns from './sizes.js';\nexport { default as deflt, big as large } from './sizes';\nexport type { Options } from './sizes';\nconst local = 14;\nexport { local as renamed, local as default };\nexport const unwanted = JSON.parse('no');\n",
          'lib/plain.js': 'export const plain = 15;\n',
          'lib/common.cjs': 'module.exports = { common: 16 };\n',
          'style.css': 'a {}',
          'lib/conf.json': '{ "hidden": 17 }',
          'lib/register.ts': "import { registry } from './registry';\nregistry.width = 18;\n",
          'lib/registry.ts': 'export const registry: Record<string, number> = {};\n',
          'node_modules/pkg/index.js': 'export const pkg = 19;',
          'node_modules/pkg/package.json': '{ "type": "module", "exports": "./index.js" }',
        },
        `import local, { renamed, large, deflt, ns, type Options } from '@lib/barrel';
import * as sizes from '#sizes';
import { plain } from './lib/plain.js';
import common from './lib/common.cjs';
import conf, { hidden } from './lib/conf.json';
import './lib/register';
import './style.css';
import { registry } from './lib/registry';
import { pkg } from 'pkg';
import type { Nothing } from 'not-installed';
import { Never } from 'not-installed-either';
const dynamic = (await import('./lib/sizes')).big;
const typed = (o: Options | Nothing | Never) => o;`,
        'local, renamed, large, deflt.deep, ns.small, sizes.big, plain, common.common, conf.hidden, hidden, registry.width, pkg, dynamic',
      ),
    ).toEqual(['14', '9', '3', '2', '15', '16', '17', '18', '19']);
  });

  it('follows files that import each other and the file itself', async () => {
    expect(
      await widthsWith(
        {
          'a.ts':
            "import { width, later } from './main';\nimport { b } from './b';\nexport const a = () => width + b();\nexport const unused = () => later;\n",
          'b.ts': "import { a } from './a';\nexport const b = () => 1;\nexport const c = () => a();\n",
        },
        "import { a } from './a';\nimport { c } from './b';\nexport const width = 30;\nconst list = [40];\nexport { list as later };",
        'a(), c() + 1',
      ),
    ).toEqual(['31', '32']);
  });

  it('sees plain JavaScript as it is after an edit', async () => {
    const folder = `evaluated${files}`;
    const main = `import { width } from './width.js';`;
    expect(await widthsWith({ 'width.js': 'export const width = 5;' }, main, 'width')).toEqual(['5']);
    server.write(`${folder}/width.js`, 'export const width = 6;');
    await server.save(
      `${folder}/main.ts`,
      `${HEADER}${main}
/** @input x f32[B, 4] */
const Net = nn.module(class Net extends nn.Module { apply(x: Tensor) { return nn.Dense(x, { features: width }); } });`,
    );
    expect(await server.picture(`${folder}/main.ts`)).toContain('f32[B, 6]');
  });

  it('is no loop that calls the library, whatever its functions are called', async () => {
    expect(await widths('while (true) { jnp.add(jnp.sort(jnp.ones([2])), 1); random.shuffle; }', '[5]')).toEqual(['5']);
    const train = 'function train(o: { create(m: unknown): unknown }): never { for (;;); }';
    expect(await widths(`${train}\nconst t = train(optim.Adam() as never).create(nn.Dense);`, '[6]')).toEqual(['6']);
    expect(await widths('const state = {};\nconsole.log(state);\nfor (;;) console.log(1);', '[7]')).toEqual(['7']);
  });
});
