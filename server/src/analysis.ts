import { type ChildProcess, fork } from 'node:child_process';
import type { AnalysisMessage, AnalysisRecord, EvaluateRequest } from '../../runtime/src/host/analysis/protocol';

/** How an evaluation ended. Whatever it was, the records that came before count. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'timeout'; readonly budget: number }
  | { readonly kind: 'crash'; readonly reason: string };

export interface Analyzed {
  readonly records: readonly AnalysisRecord[];
  readonly outcome: Outcome;
}

interface Running {
  readonly id: number;
  readonly records: AnalysisRecord[];
  readonly finish: (outcome: Outcome) => void;
}

/**
 * The analysis process: one at a time, started ahead of its first use, killed when an evaluation takes longer than its
 * budget, and started again whenever it ends. User code never runs in the server itself.
 */
export class Analysis {
  private child: ChildProcess | undefined;
  private ready: Promise<void> = Promise.resolve();
  private running: Running | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private nextId = 1;
  private evaluations = 0;
  private disposed = false;

  constructor(
    private readonly script: string,
    private readonly log: (message: string) => void,
  ) {
    this.start();
  }

  /** Evaluates after what was asked before. `budget` is in ms and does not count starting the process. */
  evaluate(request: Omit<EvaluateRequest, 'type' | 'id'>, budget: number): Promise<Analyzed> {
    const result = this.queue.then(() => this.evaluateNow(request, budget));
    this.queue = result.catch(() => {});
    return result;
  }

  restart(): void {
    this.kill();
    this.start();
  }

  dispose(): void {
    this.disposed = true;
    this.kill();
  }

  private async evaluateNow(request: Omit<EvaluateRequest, 'type' | 'id'>, budget: number): Promise<Analyzed> {
    // Evaluated modules stay in the process' memory: now and then a fresh one takes over.
    if (++this.evaluations % EVALUATIONS_PER_PROCESS === 0) this.restart();
    const records: AnalysisRecord[] = [];
    try {
      await this.ready;
    } catch (error) {
      return { records, outcome: { kind: 'crash', reason: (error as Error).message } };
    }
    const id = this.nextId++;
    const outcome = await new Promise<Outcome>((resolve) => {
      const timer = setTimeout(() => {
        this.running?.finish({ kind: 'timeout', budget });
        this.restart();
      }, budget);
      const finish = (ended: Outcome) => {
        clearTimeout(timer);
        this.running = undefined;
        resolve(ended);
      };
      this.running = { id, records, finish };
      this.child?.send({ type: 'evaluate', id, ...request } satisfies EvaluateRequest);
    });
    return { records, outcome };
  }

  private start(): void {
    if (this.disposed) return;
    this.ready = this.startWith(0);
    // Whoever evaluates next sees the failure.
    this.ready.catch((error) => this.log(`The analysis process does not start: ${error.message}`));
  }

  private startWith(attempt: number): Promise<void> {
    const flags = SANDBOX_FLAGS[attempt] ?? [];
    const child = fork(this.script, {
      execArgv: ['--experimental-vm-modules', '--no-warnings', '--max-old-space-size=2048', ...flags],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child = child;
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-4000);
    });
    return new Promise((resolve, reject) => {
      let ready = false;
      child.on('message', (message: AnalysisMessage) => {
        if (message.type !== 'ready') this.receive(message);
        else {
          ready = true;
          resolve();
        }
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        if (ready) this.ended(child, signal ?? `exit code ${code}`, stderr);
        // This Node may not know the sandbox's flag: try the next form of it.
        else if (child === this.child && attempt + 1 < SANDBOX_FLAGS.length)
          this.startWith(attempt + 1).then(resolve, reject);
        else reject(new Error(stderr.trim() || `It ended with ${signal ?? `exit code ${code}`}.`));
      });
    });
  }

  private receive(message: AnalysisRecord & { id: number }): void {
    const { running } = this;
    if (running === undefined || running.id !== message.id) return;
    if (message.type === 'done') running.finish({ kind: 'done' });
    else running.records.push(message);
  }

  private ended(child: ChildProcess, reason: string, stderr: string): void {
    if (child !== this.child) return;
    this.log(`The analysis process ended: ${reason}\n${stderr}`);
    this.running?.finish({ kind: 'crash', reason: /heap out of memory/.test(stderr) ? 'out of memory' : reason });
    this.start();
  }

  private kill(): void {
    const { child } = this;
    this.child = undefined;
    child?.removeAllListeners('exit');
    child?.kill('SIGKILL');
  }
}

const EVALUATIONS_PER_PROCESS = 500;

/** Node's permission model: user code may read files to import them, and nothing else. Its flag lost a prefix in Node 22. */
const SANDBOX_FLAGS = [['--permission', '--allow-fs-read=*'], ['--experimental-permission', '--allow-fs-read=*'], []];
