import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import * as oniguruma from 'vscode-oniguruma';
import * as textmate from 'vscode-textmate';

const root = new URL('../../../', import.meta.url);
const { contributes } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const grammars = new Map<string, string>(
  contributes.grammars.map(({ scopeName, path }: { scopeName: string; path: string }) => [scopeName, path]),
);

/** What ours needs of TypeScript's grammar: doc comments, and an object's members. */
const typeScript: textmate.IRawGrammar = {
  scopeName: 'source.ts',
  patterns: [{ name: 'comment.block.documentation.ts', begin: '/\\*\\*', end: '\\*/' }, { include: '#code' }],
  repository: {
    $self: { patterns: [] },
    $base: { patterns: [] },
    code: { name: 'variable.ts', match: '\\w+' },
    'object-member': {
      patterns: [
        { name: 'constant.numeric.ts', match: '\\d+' },
        { name: 'member.ts', match: '\\w+' },
      ],
    },
    'punctuation-comma': { match: ',' },
  } as unknown as textmate.IRawGrammar['repository'],
};

let registry: textmate.Registry;

beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
  await oniguruma.loadWASM(readFileSync(wasm));
  registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scopeName) => {
      if (scopeName === 'source.ts') return typeScript;
      const path = grammars.get(scopeName);
      if (!path) return null;
      return textmate.parseRawGrammar(readFileSync(new URL(path, root), 'utf8'), path);
    },
    getInjections: (scopeName) => (scopeName === 'source.ts' ? ['distaff.shapes.injection'] : undefined),
  });
});

/** Each line's tokens of ours, as `text scope`; those without a scope of ours are left out. */
const tokens = async (scopeName: string, text: string): Promise<string[]> => {
  const grammar = await registry.loadGrammar(scopeName);
  if (!grammar) throw new Error(`There is no grammar ${scopeName}`);
  let state = textmate.INITIAL;
  return text.split('\n').flatMap((line) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens
      .map(({ startIndex, endIndex, scopes }) => ({
        text: line.slice(startIndex, endIndex).trim(),
        scope: scopes.at(-1) ?? '',
      }))
      .filter(
        ({ text: token, scope }) =>
          token !== '' && /distaff$|^constant|^member/.test(scope) && !scope.startsWith('source'),
      )
      .map(({ text: token, scope }) => `${token} ${scope.replace(/\.distaff$/, '')}`);
  });
};

describe('tags in doc comments', () => {
  it('show the parts of an @input', async () => {
    expect(await tokens('source.ts', '/** @input x f32[B*49, 784] */ x')).toEqual([
      '@input storage.type.class.jsdoc',
      'x variable.other.jsdoc',
      'f32 support.type.primitive.dtype',
      '[ punctuation.definition.shape.begin',
      'B entity.name.type.size',
      '* keyword.operator.arithmetic',
      '49 constant.numeric.size',
      ', punctuation.separator.comma',
      '784 constant.numeric.size',
      '] punctuation.definition.shape.end',
    ]);
  });

  it('need no name, and may stand one a line', async () => {
    expect(
      await tokens('source.ts', '/**\n * A model.\n * @input i32[8]\n * @with { features: 10 }\n * More.\n */'),
    ).toEqual([
      '@input storage.type.class.jsdoc',
      'i32 support.type.primitive.dtype',
      '[ punctuation.definition.shape.begin',
      '8 constant.numeric.size',
      '] punctuation.definition.shape.end',
      '@with storage.type.class.jsdoc',
      '{ punctuation.definition.block',
      'features member.ts',
      ': meta.options',
      '10 constant.numeric.ts',
      '} punctuation.definition.block',
    ]);
  });

  it('never reach past the comment, even unfinished', async () => {
    expect(await tokens('source.ts', '/** @input x f32[B, */ const f32 = [1]')).toHaveLength(6);
    expect(await tokens('source.ts', '/** @with { features: */ const features = 10')).toHaveLength(4);
  });

  it('are nothing special elsewhere', async () => {
    expect(await tokens('source.ts', '@input x f32[B]')).toEqual([]);
    expect(await tokens('source.ts', '/** someone@input.com, @inputs f32 */')).toEqual([]);
  });
});

describe('the document of Distaff: Show Shapes', () => {
  it('has its headings, paths, shapes and positions told apart', async () => {
    const text = [
      'MLP  (line 4)',
      '  in   f32[B, 784]',
      '  /hidden/bias  f32[512]  512',
      'Hints',
      '  12:20  f32[B]',
    ].join('\n');
    const seen = await tokens('source.distaff-shapes', text);
    expect(seen).toContain('MLP entity.name.class');
    expect(seen).toContain('(line 4) comment.line.position');
    expect(seen).toContain('in keyword.other.row');
    expect(seen).toContain('/hidden/bias variable.parameter.path');
    expect(seen).toContain('Hints markup.heading');
    expect(seen).toContain('12:20 comment.line.position');
    expect(seen.filter((token) => token === 'f32 support.type.primitive.dtype')).toHaveLength(3);
  });
});
