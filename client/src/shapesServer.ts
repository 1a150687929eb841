import { type Disposable, type Event, EventEmitter, type LogOutputChannel, type Uri, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type FileShapes, ShapesRequest, type Status } from '../../server/src/protocol';
import { createLanguageClient } from './languageClient';
import { RestartPolicy } from './restartPolicy';
import type { ServerState } from './statusPresentation';

/** Ms that a server gets to shut down before it is killed. */
const STOP_TIMEOUT = 2_000;

const GAVE_UP =
  'The language server stopped several times within three minutes. The output says why; "Distaff: Restart" tries again.';

/** The language server's process: started with the first file that needs it, brought back after a crash. */
export class ShapesServer implements Disposable {
  readonly #module: string;
  readonly #output: LogOutputChannel;
  readonly #policy = new RestartPolicy();
  readonly #changed = new EventEmitter<void>();
  #client: LanguageClient | undefined;
  #state: ServerState = { kind: 'idle' };
  #status: Status | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  /** Starts and stops follow one another, never overlap. */
  #queue: Promise<void> = Promise.resolve();

  /** Fires when `state` or `status` has changed. */
  readonly onDidChange: Event<void> = this.#changed.event;

  /** `module`: the file that the server's process runs. */
  constructor(module: string, output: LogOutputChannel) {
    this.#module = module;
    this.#output = output;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** What the running server last said about itself. */
  get status(): Status | undefined {
    return this.#status;
  }

  /** The server's process, while there is one. */
  get processId(): number | undefined {
    return this.#client?.serverProcess?.pid;
  }

  /** Starts the server unless it was started before. Never throws: the state says how it went, also where it may not. */
  start(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#state.kind === 'idle' || this.#state.kind === 'untrusted') await this.#launch({ kind: 'starting' });
    });
  }

  /** Ends the server, whatever state it is in, and starts a new one that works out the open files again. */
  restart(): Promise<void> {
    this.#policy.forget();
    const stopped = this.#stop();
    return this.#enqueue(async () => {
      await stopped;
      await this.#launch({ kind: 'starting' });
    });
  }

  /** Works out one file now. Throws when there is no server to ask. */
  async shapes(source: Uri): Promise<FileShapes> {
    await this.start();
    if (!this.#client?.isRunning()) throw new Error(this.#absence());
    return this.#client.sendRequest(ShapesRequest, { uri: source.toString() });
  }

  /** Ends the server; `start` begins anew. */
  async stop(): Promise<void> {
    await this.#stop();
    this.#set({ kind: 'idle' });
  }

  dispose(): void {
    void this.#stop();
    this.#changed.dispose();
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(step).catch((error: unknown) => this.#output.error(String(error)));
    return this.#queue;
  }

  #absence(): string {
    return this.#state.kind === 'untrusted'
      ? 'Shapes come from evaluating your code, so they need a trusted workspace ("Workspaces: Manage Workspace Trust").'
      : 'The language server is not running. "Distaff: Restart" starts it again.';
  }

  #set(state: ServerState): void {
    this.#state = state;
    if (state.kind !== 'running') this.#status = undefined;
    this.#changed.fire();
  }

  async #launch(state: ServerState): Promise<void> {
    // Shapes come from evaluating the workspace's code.
    this.#set(workspace.isTrusted ? state : { kind: 'untrusted' });
    if (!workspace.isTrusted) return;
    const ifCurrent =
      <A extends unknown[]>(listener: (...args: A) => void) =>
      (...args: A): void => {
        if (this.#client === client) listener(...args);
      };
    const client: LanguageClient = createLanguageClient(this.#module, this.#output, {
      running: ifCurrent(() => this.#set({ kind: 'running' })),
      status: ifCurrent((status) => {
        this.#status = status;
        this.#changed.fire();
      }),
      closed: ifCurrent(() => this.#crashed()),
    });
    this.#client = client;
    try {
      await client.start();
    } catch (error) {
      // A process that ended on its way up was reported as closed; any other failure ends here.
      ifCurrent(() => {
        this.#client = undefined;
        client.serverProcess?.kill('SIGKILL');
        this.#set({ kind: 'failed', reason: `The language server did not start: ${String(error)}` });
      })();
    }
  }

  /** Detaches the client at once, so that nothing that it still says counts, and ends its process. */
  async #stop(): Promise<void> {
    clearTimeout(this.#restartTimer);
    const client = this.#client;
    const process = client?.serverProcess;
    this.#client = undefined;
    try {
      await client?.dispose(STOP_TIMEOUT);
    } catch (error) {
      this.#output.warn(`The language server did not stop and is killed: ${String(error)}`);
      process?.kill('SIGKILL');
    }
  }

  #crashed(): void {
    this.#client = undefined;
    const decision = this.#policy.crashed(Date.now());
    if (!decision.restart) {
      this.#set({ kind: 'failed', reason: GAVE_UP });
      return;
    }
    const state = { kind: 'restarting', crashes: this.#policy.crashes } as const;
    this.#set(state);
    this.#restartTimer = setTimeout(() => void this.#enqueue(() => this.#launch(state)), decision.delay);
  }
}
