import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

interface Arrow {
  readonly from: string;
  /** A path from the root for relative imports, else the specifier. */
  readonly to: string;
  readonly typesOnly: boolean;
}

const sources = ['runtime/src', 'server/src', 'client/src'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.replaceAll(path.sep, '/')}`),
);

const arrows: Arrow[] = sources.flatMap((from) => {
  const { program } = parseSync(from, readFileSync(path.join(root, from), 'utf8'));
  return program.body.flatMap((statement) => {
    if (!('source' in statement) || statement.source === null || typeof statement.source === 'string') return [];
    const { value } = statement.source;
    const to = value.startsWith('.') ? path.posix.join(path.posix.dirname(from), value) : value;
    const kind =
      'importKind' in statement ? statement.importKind : 'exportKind' in statement ? statement.exportKind : 'value';
    const specifiers = 'specifiers' in statement ? (statement.specifiers as { importKind?: string }[]) : [];
    const typesOnly = kind === 'type' || (specifiers.length > 0 && specifiers.every((s) => s.importKind === 'type'));
    return [{ from, to, typesOnly }];
  });
});

const wrong = (from: RegExp, allowed: (arrow: Arrow) => boolean): string[] =>
  arrows.filter((arrow) => from.test(arrow.from) && !allowed(arrow)).map(({ from: a, to }) => `${a} → ${to}`);

const isPackage = ({ to }: Arrow) => !/^(runtime|server|client)\//.test(to);
const within = (...folders: string[]) => {
  const pattern = new RegExp(`^(${folders.join('|')})(/|$)`);
  return ({ to }: Arrow) => pattern.test(to);
};

/** What editors and the command line may know of the server. */
const serverFace = within('server/src/protocol', 'server/src/shapesDocument');

describe('imports point one way', () => {
  it('reads every source', () => {
    expect(sources.length).toBeGreaterThan(80);
    expect(arrows.length).toBeGreaterThan(200);
  });

  it('only the client imports vscode', () => {
    expect(wrong(/^(runtime|server)/, ({ to }) => to !== 'vscode')).toEqual([]);
  });

  it("the client knows the server's protocol and nothing else of it", () => {
    expect(wrong(/^client/, (arrow) => isPackage(arrow) || within('client')(arrow) || serverFace(arrow))).toEqual([]);
  });

  it("the server knows the types of the analysis process' protocol and nothing else of the runtime", () => {
    const protocol = ({ to, typesOnly }: Arrow) => to === 'runtime/src/host/analysis/protocol' && typesOnly;
    expect(wrong(/^server/, (arrow) => isPackage(arrow) || within('server')(arrow) || protocol(arrow))).toEqual([]);
  });

  it('of the runtime only the command line knows the server', () => {
    expect(wrong(/^runtime\/src\/cli/, (a) => isPackage(a) || within('runtime/src/cli')(a) || serverFace(a))).toEqual(
      [],
    );
    expect(wrong(/^runtime\/src\/(?!cli)/, (a) => isPackage(a) || within('runtime')(a))).toEqual([]);
  });

  it('nothing of the library knows that processes and editors exist', () => {
    expect(wrong(/^runtime\/src\/(?!host|cli)/, (a) => !within('runtime/src/host', 'runtime/src/cli')(a))).toEqual([]);
  });

  it('bindings know only bindings; transforms know bindings; nothing below knows nn and optim', () => {
    const base = ['runtime/src/tree', 'runtime/src/config', 'runtime/src/bindings'];
    const below =
      (...folders: string[]) =>
      (a: Arrow) =>
        isPackage(a) || a.typesOnly || within(...base, ...folders)(a);
    expect(
      wrong(/^runtime\/src\/bindings/, (a) => isPackage(a) || a.typesOnly || within('runtime/src/bindings')(a)),
    ).toEqual([]);
    expect(wrong(/^runtime\/src\/tree/, isPackage)).toEqual([]);
    expect(wrong(/^runtime\/src\/transforms/, below('runtime/src/transforms'))).toEqual([]);
    expect(
      wrong(/^runtime\/src\/(numpy|lax|random)/, below('runtime/src/(numpy|lax|random|transforms|tensor.*)')),
    ).toEqual([]);
    expect(wrong(/^runtime\/src\/parallel/, below('runtime/src/(numpy|random|transforms|parallel)'))).toEqual([]);
    const optim = below(
      'runtime/src/(numpy|lax|random|transforms|traverse|optim|tensor.*)',
      'runtime/src/serialization/stateDict',
    );
    expect(wrong(/^runtime\/src\/optim/, optim)).toEqual([]);
    expect(wrong(/^runtime\/src\/traverse/, within('runtime/src/(tree|traverse)'))).toEqual([]);
  });

  it('what is saved knows nothing of nn and optim, which register themselves', () => {
    const known = within('runtime/src/(tree|bindings|transforms|inspect|serialization)');
    expect(wrong(/^runtime\/src\/(serialization|struct)/, (a) => isPackage(a) || known(a))).toEqual([]);
  });

  it('input pipelines know arrays, random keys and files, and nothing that learns', () => {
    const known = within('runtime/src/(tree|bindings|random|transforms|serialization|data)');
    expect(wrong(/^runtime\/src\/data/, (a) => isPackage(a) || known(a))).toEqual([]);
  });

  it('profiling knows modules by what observers are told', () => {
    const known = within('runtime/src/(tree|bindings|transforms|profile)');
    expect(wrong(/^runtime\/src\/profile/, (a) => isPackage(a) || a.typesOnly || known(a))).toEqual([]);
    expect(wrong(/^runtime\/src\/(?!profile|index)/, (a) => !within('runtime/src/profile')(a))).toEqual([]);
  });

  it('tfjs comes in through its one bundle', () => {
    expect(wrong(/./, ({ to }) => !to.startsWith('@tensorflow/'))).toEqual([]);
  });
});

describe('files', () => {
  it('have one subject: fewer than 330 lines', () => {
    const long = sources.filter((file) => readFileSync(path.join(root, file), 'utf8').split('\n').length > 330);
    expect(long).toEqual([]);
  });

  it('have names that say something', () => {
    expect(sources.filter((file) => /(^|\/)(utils?|helpers?|common|misc)(\.ts$|\/)/.test(file))).toEqual([]);
  });
});
