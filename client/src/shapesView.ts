import {
  type Disposable,
  EventEmitter,
  languages,
  type TextDocument,
  type TextDocumentContentProvider,
  type Uri,
  ViewColumn,
  window,
  workspace,
} from 'vscode';
import type { FileShapes } from '../../server/src/protocol';
import { shapesDocument } from '../../server/src/shapesDocument';
import { SHAPES_LANGUAGE, SHAPES_SCHEME } from './contributions';

const SUFFIX = '.shapes';

const viewOf = (source: Uri): Uri =>
  source.with({ scheme: SHAPES_SCHEME, path: `${source.path}${SUFFIX}`, query: source.scheme });

const sourceOf = (view: Uri): Uri =>
  view.with({ scheme: view.query, path: view.path.slice(0, -SUFFIX.length), query: '' });

/** Asks the language server for a file's shapes. */
type Request = (source: Uri) => Promise<FileShapes>;

/** The read-only documents beside the editor: one for each source file, worked out anew when that file is saved. */
export class ShapesView implements TextDocumentContentProvider, Disposable {
  readonly #request: Request;
  /** What each document last showed. */
  readonly #texts = new Map<string, string>();
  readonly #changed = new EventEmitter<Uri>();
  readonly #listeners: Disposable[];
  readonly onDidChange = this.#changed.event;

  constructor(request: Request) {
    this.#request = request;
    this.#listeners = [
      workspace.registerTextDocumentContentProvider(SHAPES_SCHEME, this),
      workspace.onDidSaveTextDocument((saved) => this.#refresh(saved)),
    ];
  }

  /** The source file whose shapes the active editor shows, if it shows any. */
  activeSource(): Uri | undefined {
    const uri = window.activeTextEditor?.document.uri;
    return uri?.scheme === SHAPES_SCHEME ? sourceOf(uri) : undefined;
  }

  /** Works a file out and shows its shapes beside it. Throws what the language server throws. */
  async show(source: Uri): Promise<void> {
    const view = viewOf(source);
    await this.#update(view);
    const document = await workspace.openTextDocument(view);
    await languages.setTextDocumentLanguage(document, SHAPES_LANGUAGE);
    await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  provideTextDocumentContent(view: Uri): string {
    return this.#texts.get(view.toString()) ?? 'Run "Distaff: Show Shapes" in the source file.';
  }

  async #update(view: Uri): Promise<void> {
    const source = sourceOf(view);
    const shapes = await this.#request(source);
    this.#texts.set(view.toString(), shapesDocument(workspace.asRelativePath(source), shapes));
    this.#changed.fire(view);
  }

  #refresh(saved: TextDocument): void {
    const view = viewOf(saved.uri);
    const isOpen = workspace.textDocuments.some(({ uri }) => uri.toString() === view.toString());
    // A server that is down says so in the status bar; the last shapes stay.
    if (isOpen) this.#update(view).catch(() => {});
  }

  dispose(): void {
    for (const disposable of [...this.#listeners, this.#changed]) disposable.dispose();
  }
}
