import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic, InlayHint } from 'vscode-languageserver-types';
import { type InitializationOptions, type Status, StatusNotification } from '../../server/src/protocol';

const SERVER = path.resolve(import.meta.dirname, '../../runtime/dist/server.js');

/** A language server of its own with a folder of its own, talked to as an editor does. */
export class TestServer {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'distaff-lsp-')));
  readonly statuses: Status[] = [];
  private readonly diagnostics = new Map<string, Diagnostic[]>();
  private readonly waiting = new Map<string, () => void>();
  private readonly texts = new Map<string, string>();
  private version = 1;

  private constructor(
    private readonly child: ChildProcess,
    readonly connection: MessageConnection,
  ) {
    connection.onNotification(StatusNotification.method, (status: Status) => {
      this.statuses.push(status);
    });
    connection.onNotification(
      'textDocument/publishDiagnostics',
      (params: { uri: string; diagnostics: Diagnostic[] }) => {
        this.diagnostics.set(params.uri, params.diagnostics);
        this.waiting.get(params.uri)?.();
      },
    );
  }

  static async start(initializationOptions: InitializationOptions = {}): Promise<TestServer> {
    const child = fork(SERVER, ['--node-ipc'], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.listen();
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    await connection.sendNotification('initialized', {});
    return new TestServer(child, connection);
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    this.connection.dispose();
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  uri(name: string): string {
    return pathToFileURL(path.join(this.folder, name)).href;
  }

  /** Writes a file beside the documents without opening it. */
  write(name: string, text: string | Uint8Array): void {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Opens or changes a document, saves it, and waits for its results. */
  async save(name: string, text: string): Promise<void> {
    const uri = this.uri(name);
    const worked = new Promise<void>((resolve) => this.waiting.set(uri, resolve));
    const known = this.texts.has(name);
    this.change(name, text);
    if (known) await this.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
    await worked;
  }

  /** Saves a document again and again without waiting for results. */
  hurry(name: string, texts: readonly string[]): void {
    for (const text of texts) {
      this.change(name, text);
      void this.connection.sendNotification('textDocument/didSave', { textDocument: { uri: this.uri(name) } });
    }
  }

  async close(name: string): Promise<void> {
    this.texts.delete(name);
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri: this.uri(name) } });
  }

  /** The processes that evaluate. */
  analysisProcesses(): number[] {
    const children = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8');
    const evaluates = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('analysis.js');
    return children.trim().split(' ').filter(evaluates).map(Number);
  }

  /** Ends the server as a crash does, without a word to its children. */
  crash(): void {
    this.connection.dispose();
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Opens or changes a document without saving it. */
  change(name: string, text: string): void {
    // The server reads other files from the disk, and with them what they import of this one.
    this.write(name, text);
    const uri = this.uri(name);
    const version = ++this.version;
    if (this.texts.has(name)) {
      void this.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
    } else {
      const textDocument = { uri, languageId: 'typescript', version, text };
      void this.connection.sendNotification('textDocument/didOpen', { textDocument });
    }
    this.texts.set(name, text);
  }

  hints(name: string): Promise<InlayHint[]> {
    const range = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };
    return this.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri: this.uri(name) }, range });
  }

  problems(name: string): Diagnostic[] {
    return this.diagnostics.get(this.uri(name)) ?? [];
  }

  /** The document as the user sees it: hints as comments in their places, problems below their lines. */
  async picture(name: string): Promise<string> {
    const text = this.texts.get(name) ?? '';
    const document = TextDocument.create('', '', 0, text);
    const hints = (await this.hints(name)).map(({ position, label, paddingLeft }) => ({
      offset: document.offsetAt(position),
      text: `/*${paddingLeft ? ' ' : ''}${label} */`,
    }));
    let shown = '';
    let line = 0;
    for (const source of text.split('\n')) {
      const start = document.offsetAt({ line, character: 0 });
      let at = 0;
      for (const hint of hints.filter(({ offset }) => offset >= start && offset <= start + source.length)) {
        shown += source.slice(at, hint.offset - start) + hint.text;
        at = hint.offset - start;
      }
      shown += `${source.slice(at)}\n`;
      for (const problem of this.problems(name).filter(({ range }) => range.start.line === line)) {
        shown += `${underline(problem, source)} ${String(problem.message).replaceAll('\n', '\n//')}\n`;
      }
      line++;
    }
    return shown.trimEnd();
  }
}

const SEVERITIES = ['', 'error', 'warning', 'information', 'hint'];

/** `//    ~~~~~ error:` under the problem's range. */
function underline({ range, severity }: Diagnostic, source: string): string {
  const from = Math.max(range.start.character, 2);
  const to = range.end.line > range.start.line ? source.length : range.end.character;
  return `//${' '.repeat(from - 2)}${'~'.repeat(Math.max(to - from, 1))} ${SEVERITIES[severity ?? 0]}:`;
}
