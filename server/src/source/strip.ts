import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type Message, type TransformFailure, type TransformOptions, transform } from 'esbuild';
import type MagicString from 'magic-string';
import type { GeneratedPosition, LinkTarget, SourceModule } from '../../../runtime/src/host/analysis/protocol';

/** Where a place in evaluated code is in its source; undefined where nothing of the source is. */
export type Located = (position: GeneratedPosition) => Promise<{ path: string; offset: number } | undefined>;

const OPTIONS: TransformOptions = {
  format: 'esm',
  target: 'es2022',
  // Class names are module names; esbuild renames a class that shadows its own variable.
  keepNames: true,
  // CommonJS has these by itself.
  define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
  // The workspace's own tsconfig may forbid to drop imports that only types use; here they must go.
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false, experimentalDecorators: false } },
};

/** A module without its types; the maps back to its source are only made when an error asks for them. */
export class StrippedModule {
  private maps: Promise<{ toEdited: TraceMap; toSource: TraceMap }> | undefined;

  private constructor(
    readonly module: SourceModule,
    private readonly edited: MagicString,
    private readonly edits: string,
  ) {}

  /** Throws StripError. */
  static async make(path: string, edited: MagicString, links: Record<string, LinkTarget>): Promise<StrippedModule> {
    const edits = edited.toString();
    try {
      const { code } = await transform(edits, { ...OPTIONS, loader: loaderOf(path) });
      return new StrippedModule({ path, code, links }, edited, edits);
    } catch (failure) {
      const [error] = (failure as Partial<TransformFailure>).errors ?? [];
      if (error === undefined) throw failure;
      throw new StripError(error, edited);
    }
  }

  readonly locate: Located = async ({ line, column }) => {
    const { path } = this.module;
    this.maps ??= this.makeMaps();
    const { toEdited, toSource } = await this.maps;
    const inEdited = originalPositionFor(toEdited, { line, column: column - 1 });
    if (inEdited.line === null) return undefined;
    const offset = sourceOffset(this.edited, toSource, inEdited.line, inEdited.column);
    return offset === undefined ? undefined : { path, offset };
  };

  private async makeMaps() {
    const { map } = await transform(this.edits, {
      ...OPTIONS,
      loader: loaderOf(this.module.path),
      sourcemap: 'external',
    });
    return { toEdited: new TraceMap(map), toSource: mapOf(this.edited) };
  }
}

/** A file parses and still is no module: it declares a name twice, or uses syntax that nothing here runs. */
export class StripError extends Error {
  override readonly name = 'StripError';
  /** Where it is in the source, and how long it is there. */
  readonly offset: number;
  readonly length: number;

  constructor({ text, location }: Message, edited: MagicString) {
    super(`${text.replace(/\.$/, '')}. Shapes are worked out again once that is mended.`);
    const { line, column, length, lineText } = location ?? { line: 1, column: 0, length: 0, lineText: '' };
    // esbuild counts bytes.
    const bytes = Buffer.from(lineText);
    const before = bytes.subarray(0, column).toString().length;
    this.length = Math.max(1, bytes.subarray(column, column + length).toString().length);
    this.offset = sourceOffset(edited, mapOf(edited), line, before) ?? 0;
  }
}

function mapOf(edited: MagicString): TraceMap {
  return new TraceMap({ ...edited.generateDecodedMap({ hires: true }), version: 3, sources: [''] });
}

function sourceOffset(edited: MagicString, map: TraceMap, line: number, column: number): number | undefined {
  const place = originalPositionFor(map, { line, column });
  return place.line === null ? undefined : offsetAt(edited.original, place.line, place.column);
}

function loaderOf(path: string): 'ts' | 'tsx' {
  return /x$/.test(path) ? 'tsx' : 'ts';
}

/** `line` from 1, `column` from 0. */
function offsetAt(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf('\n', start) + 1;
  return start + column;
}
