import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { Analysis } from './analysis';
import { type FileResult, workOut } from './fileResult';
import type { Hint } from './hints';
import type { Status } from './protocol';
import { shifter } from './shift';
import type { ReadText } from './source/compile';
import { forgetResolutions } from './source/resolve';

/** The results of the files that were worked out, and the one status that sums them up. */
export class Shapes {
  private readonly results = new Map<string, FileResult>();
  private working = 0;

  constructor(
    private readonly analysis: Analysis,
    private readonly readText: ReadText,
    private readonly onStatus: (status: Status) => void,
  ) {}

  /** Works a file out. Where that ends early, the hints of the last complete evaluation stay. */
  async update(path: string, budget: number): Promise<FileResult> {
    this.working++;
    this.onStatus({ health: 'ok', quiescent: false, message: 'Working out shapes…' });
    forgetResolutions();
    const result = await workOut(path, this.readText, this.analysis, budget);
    const before = this.results.get(path);
    const shown = result.complete || before === undefined ? result : { ...result, ...keptHints(before, result) };
    this.results.set(path, shown);
    this.working--;
    if (this.working === 0) this.onStatus(result.status);
    return shown;
  }

  /** The hints for a document as it is now, which may have changed since it was worked out. */
  hints(document: TextDocument): Hint[] {
    const result = this.results.get(URI.parse(document.uri).fsPath);
    if (result === undefined) return [];
    const shift = shifter(result.text, document.getText());
    return result.hints.flatMap((hint) => {
      const offset = shift(hint.offset);
      return offset === undefined ? [] : [{ ...hint, offset }];
    });
  }

  result(path: string): FileResult | undefined {
    return this.results.get(path);
  }

  /** The files whose results rest on this one. */
  dependents(path: string): string[] {
    return [...this.results]
      .filter(([other, { paths }]) => other !== path && paths.includes(path))
      .map(([other]) => other);
  }

  forget(path?: string): void {
    if (path === undefined) this.results.clear();
    else this.results.delete(path);
  }
}

/** The last good hints, at the places they have in the new text; new ones where there were none. */
function keptHints(before: FileResult, now: FileResult): Pick<FileResult, 'hints' | 'modules'> {
  const shift = shifter(before.text, now.text);
  const kept = before.hints.flatMap((hint) => {
    const offset = shift(hint.offset);
    return offset === undefined ? [] : [{ ...hint, offset }];
  });
  return { hints: kept.length > 0 ? kept : now.hints, modules: before.modules };
}
