import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { toModule } from './docsSnippets';

const root = path.resolve(import.meta.dirname, '../..');
const docs = path.join(root, 'docs');
const build = path.join(docs, 'build');

/** Pages of which every block of TypeScript is checked. */
const pages = readdirSync(docs)
  .filter((file) => file.endsWith('.md') && file !== 'compatibility.md')
  .map((file) => {
    const markdown = readFileSync(path.join(docs, file), 'utf8');
    const page = toModule(markdown, '../../runtime/src/index', '../../test/house/docsChecks');
    return { ...page, file, markdown, module: path.join(build, file.replace(/md$/, 'ts')) };
  });

rmSync(build, { recursive: true, force: true });
mkdirSync(build, { recursive: true });
for (const { module, source } of pages) writeFileSync(module, source);
// As in examples/: tensors are taken apart by destructuring.
const compilerOptions = {
  composite: false,
  noEmit: true,
  declaration: false,
  emitDeclarationOnly: false,
  noUncheckedIndexedAccess: false,
};
writeFileSync(
  path.join(build, 'tsconfig.json'),
  JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, include: ['*.ts'] }),
);

describe('the code in docs/', () => {
  it('is there', () => {
    expect(pages.flatMap((page) => page.sections).length).toBeGreaterThan(15);
  });

  it('has the types that it says', () => {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', build, '--pretty', 'false'], {
      encoding: 'utf8',
      cwd: root,
    });
    const errors = stdout.split('\n').filter((line) => line.startsWith('docs/build/'));
    expect(errors.map((line) => line.replace(/build\/(.+)\.ts\((\d+),(\d+)\)/, '$1.md:$2:$3'))).toEqual([]);
    // What stops the compiler altogether is in no file.
    expect(stdout.split('\n').filter((line) => line.startsWith('error'))).toEqual([]);
  });

  describe.each(pages.filter((page) => page.sections.length > 0))('of $file', ({ module, sections: titles }) => {
    it.each(titles)('runs and prints what it says: %s', async (title) => {
      const { sections } = (await import(module)) as { sections: Map<string, () => Promise<void>> };
      const run = sections.get(title);
      expect(run).toBeDefined();
      await run?.();
    });
  });

  it('fails where a comment is wrong', async () => {
    const page = '# Planted\n```ts\n1 + 1; // → 3\n```\n## Thrown\n```ts\nnull; // throws No.\n```\n';
    const file = path.join(build, 'planted.mjs');
    writeFileSync(file, toModule(page, '', '../../test/house/docsChecks').source);
    const { sections } = (await import(file)) as { sections: Map<string, () => Promise<void>> };
    await expect(sections.get('Planted')?.()).rejects.toThrow('line 3');
    await expect(sections.get('Thrown')?.()).rejects.toThrow('nothing was thrown');
  });

  it('leads with its links to files that exist', () => {
    const broken = pages.flatMap(({ file, markdown }) =>
      [...markdown.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !readdirSync(path.join(docs, path.dirname(target))).includes(path.basename(target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
