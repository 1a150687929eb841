import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type TransformOptions, transform } from 'esbuild';
import type MagicString from 'magic-string';
import type { GeneratedPosition, LinkTarget, SourceModule } from '../../../runtime/src/host/analysis/protocol';

/** Where a place in evaluated code is in its source; undefined where nothing of the source is. */
export type Located = (position: GeneratedPosition) => Promise<{ path: string; offset: number } | undefined>;

const OPTIONS: TransformOptions = {
  format: 'esm',
  target: 'es2022',
  // Class names are module names; esbuild renames a class that shadows its own variable.
  keepNames: true,
  // The workspace's own tsconfig may forbid to drop imports that only types use; here they must go.
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false, experimentalDecorators: false } },
};

/** A module without its types; the maps back to its source are only made when an error asks for them. */
export class StrippedModule {
  private constructor(
    readonly module: SourceModule,
    private readonly edited: MagicString,
    private readonly edits: string,
  ) {}

  static async make(path: string, edited: MagicString, links: Record<string, LinkTarget>): Promise<StrippedModule> {
    const edits = edited.toString();
    const { code } = await transform(edits, { ...OPTIONS, loader: loaderOf(path) });
    return new StrippedModule({ path, code, links }, edited, edits);
  }

  readonly locate: Located = async ({ line, column }) => {
    const { path } = this.module;
    const { map } = await transform(this.edits, { ...OPTIONS, loader: loaderOf(path), sourcemap: 'external' });
    const inEdited = originalPositionFor(new TraceMap(map), { line, column: column - 1 });
    if (inEdited.line === null) return undefined;
    const edits = this.edited.generateDecodedMap({ hires: true });
    const inSource = originalPositionFor(new TraceMap({ ...edits, version: 3, sources: [path] }), {
      line: inEdited.line,
      column: inEdited.column,
    });
    if (inSource.line === null) return undefined;
    return { path, offset: offsetAt(this.edited.original, inSource.line, inSource.column) };
  };
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
