/** The language server's process: LSP over the transport that the editor chose. */
import { fileURLToPath } from 'node:url';
import {
  createConnection,
  type InitializeParams,
  type InitializeResult,
  ProposedFeatures,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { Analysis } from './analysis';
import { diagnostics } from './features/diagnostics';
import { fileShapes } from './features/fileShapes';
import { inlayHints } from './features/inlayHints';
import {
  type FileShapes,
  type InitializationOptions,
  RestartRequest,
  type ShapesParams,
  ShapesRequest,
  type Status,
  StatusNotification,
} from './protocol';
import { editorText, openDocument } from './readText';
import { Shapes } from './shapes';
import { importsDistaff } from './source/definitions';

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const readText = editorText(documents);
const analysis = new Analysis(fileURLToPath(new URL('./analysis.js', import.meta.url)), (message) =>
  connection.console.warn(message),
);
// The methods' names, since vscode-languageserver brings a vscode-jsonrpc of its own with other classes.
const sendStatus = (status: Status) => void connection.sendNotification(StatusNotification.method, status);
const shapes = new Shapes(analysis, readText, sendStatus);
const settings = { onSave: true, timeBudget: 2000 };
let refreshesHints = false;

connection.onInitialize(({ initializationOptions, capabilities }: InitializeParams): InitializeResult => {
  configure(initializationOptions as InitializationOptions | undefined);
  refreshesHints = capabilities.workspace?.inlayHint?.refreshSupport ?? false;
  return {
    serverInfo: { name: 'distaff' },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      inlayHintProvider: true,
    },
  };
});

connection.onDidChangeConfiguration(({ settings: changed }) => configure(changed?.distaff?.shapes));

documents.onDidOpen(({ document }) => refresh(document));
documents.onDidSave(({ document }) => onSave(document));
documents.onDidClose(({ document }) => {
  shapes.forget(pathOf(document));
  void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
});

connection.languages.inlayHint.on(({ textDocument, range }) => {
  const document = documents.get(textDocument.uri);
  return document === undefined ? [] : inlayHints(document, shapes.hints(document), range);
});

connection.onRequest(ShapesRequest.method, async ({ uri }: ShapesParams): Promise<FileShapes> => {
  const path = URI.parse(uri).fsPath;
  const result = await shapes.update(path, settings.timeBudget);
  const document = openDocument(documents, path);
  if (document !== undefined) show(document);
  else shapes.forget(path);
  return fileShapes(result);
});

connection.onRequest(RestartRequest.method, async (): Promise<void> => {
  shapes.forget();
  analysis.restart();
  await Promise.all(documents.all().map(refresh));
});

connection.onShutdown(() => analysis.dispose());
connection.onExit(() => analysis.dispose());

function configure(given: InitializationOptions | undefined): void {
  if (typeof given?.onSave === 'boolean') settings.onSave = given.onSave;
  if (typeof given?.timeBudget === 'number') settings.timeBudget = Math.max(100, given.timeBudget);
}

/** Works out a document and the open ones that import it. */
async function onSave(document: TextDocument): Promise<void> {
  await refresh(document);
  for (const dependent of shapes.dependents(pathOf(document))) {
    const open = openDocument(documents, dependent);
    if (open !== undefined) await refresh(open);
  }
}

/** Works out a document and tells the editor. */
async function refresh(document: TextDocument): Promise<void> {
  if (!settings.onSave || URI.parse(document.uri).scheme !== 'file') return;
  if (importsDistaff(document.getText())) {
    await shapes.update(pathOf(document), settings.timeBudget);
    show(document);
  } else if (shapes.result(pathOf(document)) !== undefined) {
    shapes.forget(pathOf(document));
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  }
}

/** Tells the editor that a document has new results. */
function show(document: TextDocument): void {
  const problems = shapes.problems(document);
  // It was closed meanwhile.
  if (problems === undefined || documents.get(document.uri) !== document) return;
  void connection.sendDiagnostics({ uri: document.uri, diagnostics: diagnostics(document, problems) });
  if (refreshesHints) void connection.languages.inlayHint.refresh();
}

function pathOf({ uri }: TextDocument): string {
  return URI.parse(uri).fsPath;
}

documents.listen(connection);
connection.listen();
