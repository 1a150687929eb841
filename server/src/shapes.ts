import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { Analysis } from './analysis';
import { type FileResult, interrupted, OK, workOut } from './fileResult';
import type { Hint } from './hints';
import type { Diagnosis } from './problems';
import type { Status } from './protocol';
import { shifter } from './shift';
import type { ReadText } from './source/graph';
import { forgetResolutions } from './source/resolve';

/** The results of the files that were worked out, and the one status that sums them up. */
export class Shapes {
  private readonly results = new Map<string, FileResult>();
  /** By file, the last update that began. */
  private readonly newest = new Map<string, Promise<FileResult>>();
  private working = 0;
  /** Of the files that were worked out since there was last nothing to do. */
  private readonly statuses = new Map<string, Status>();

  constructor(
    private readonly analysis: Analysis,
    private readonly readText: ReadText,
    private readonly onStatus: (status: Status) => void,
  ) {}

  /**
   * Works a file out, or takes part in a newer update of it. Where that ends early, the hints of the last complete
   * evaluation stay.
   */
  update(path: string, budget: number): Promise<FileResult> {
    const isNewest = () => this.newest.get(path) === update;
    const update: Promise<FileResult> = this.workOut(path, budget, isNewest).then((result) => {
      if (!isNewest()) return this.newest.get(path) ?? result ?? interrupted(path);
      return result === undefined ? interrupted(path) : this.keep(path, result);
    });
    this.newest.set(path, update);
    return update;
  }

  private async workOut(path: string, budget: number, isNewest: () => boolean): Promise<FileResult | undefined> {
    this.working++;
    this.onStatus({ health: 'ok', quiescent: false, message: 'Working out shapes…' });
    forgetResolutions();
    const result = await workOut(path, this.readText, this.analysis, budget, isNewest);
    this.working--;
    if (result !== undefined) this.statuses.set(path, result.status);
    if (this.working === 0) {
      this.onStatus([...this.statuses.values()].find(({ health }) => health !== 'ok') ?? OK);
      this.statuses.clear();
    }
    return result;
  }

  private keep(path: string, result: FileResult): FileResult {
    const before = this.results.get(path);
    const shown = result.complete || before === undefined ? result : { ...result, ...keptHints(before, result) };
    this.results.set(path, shown);
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

  /** The problems at the places that they have in a document now; undefined for one that was not worked out. */
  problems(document: TextDocument): Diagnosis[] | undefined {
    const result = this.results.get(URI.parse(document.uri).fsPath);
    if (result === undefined) return undefined;
    const shift = shifter(result.text, document.getText());
    return result.problems.flatMap((problem) => {
      const [start, end] = [shift(problem.start), shift(problem.end)];
      return start === undefined || end === undefined ? [] : [{ ...problem, start, end }];
    });
  }

  result(path: string): FileResult | undefined {
    return this.results.get(path);
  }

  /** The files whose results rest on this one, which may not have been there then. */
  dependents(path: string): string[] {
    const isMissing = (missing: string) =>
      path === missing || path.startsWith(`${missing}.`) || path.startsWith(`${missing}/`);
    return [...this.results]
      .filter(([other, { paths, missing }]) => other !== path && (paths.includes(path) || missing.some(isMissing)))
      .map(([other]) => other);
  }

  forget(path?: string): void {
    for (const known of path === undefined ? [...this.newest.keys()] : [path]) {
      this.results.delete(known);
      this.newest.delete(known);
    }
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
