import type { AnalysisRecord, EvaluateRequest } from '../../runtime/src/host/analysis/protocol';
import { AnalysisProcess } from './analysisProcess';

/** How an evaluation ended. Whatever it was, the records that came before count. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'timeout'; readonly budget: number }
  | { readonly kind: 'crash'; readonly reason: string }
  /** A newer request for the same file made it useless, or a restart ended it. */
  | { readonly kind: 'superseded' };

export interface Analyzed {
  readonly records: readonly AnalysisRecord[];
  readonly outcome: Outcome;
}

type Request = Omit<EvaluateRequest, 'type' | 'id' | 'deadline'>;

interface Running {
  readonly id: number;
  readonly records: AnalysisRecord[];
  readonly isWanted: () => boolean;
  readonly finish: (outcome: Outcome) => void;
  /** Ends it soon. */
  readonly hurry: () => void;
}

/**
 * The analysis process: one at a time, started ahead of its first use, killed when an evaluation takes longer than its
 * budget, and started again whenever it ends. User code never runs in the server itself.
 */
export class Analysis {
  private process: AnalysisProcess | undefined;
  private running: Running | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private nextId = 1;
  private evaluations = 0;
  private disposed = false;

  constructor(
    private readonly script: string,
    private readonly log: (message: string) => void,
  ) {
    this.restart();
  }

  /**
   * Evaluates after what was asked before, unless it is not wanted any more by then. `budget` is in ms and does not
   * count starting the process.
   */
  evaluate(request: Request, budget: number, isWanted: () => boolean): Promise<Analyzed> {
    if (this.running?.isWanted() === false) this.running.hurry();
    const result = this.queue.then(() => (isWanted() ? this.evaluateNow(request, budget, isWanted) : SUPERSEDED));
    this.queue = result.catch(() => {});
    return result;
  }

  restart(): void {
    this.process?.kill();
    this.process = undefined;
    if (!this.disposed) this.process = this.start();
    this.running?.finish({ kind: 'superseded' });
  }

  dispose(): void {
    this.disposed = true;
    this.restart();
  }

  private async evaluateNow(request: Request, budget: number, isWanted: () => boolean): Promise<Analyzed> {
    // Evaluated modules stay in the process' memory: now and then a fresh one takes over.
    if (++this.evaluations % EVALUATIONS_PER_PROCESS === 0) this.restart();
    const failure = await this.whenReady();
    if (failure !== undefined) return { records: [], outcome: failure };
    const id = this.nextId++;
    const records: AnalysisRecord[] = [];
    const started = performance.now();
    const outcome = await new Promise<Outcome>((resolve) => {
      const endIn = (ms: number, ended: Outcome) =>
        setTimeout(() => {
          finish(ended);
          this.restart();
        }, ms);
      let timer = endIn(budget, { kind: 'timeout', budget });
      const finish = (ended: Outcome) => {
        clearTimeout(timer);
        this.running = undefined;
        resolve(ended);
      };
      const hurry = () => {
        clearTimeout(timer);
        timer = endIn(Math.min(budget, TIME_TO_START) - (performance.now() - started), { kind: 'superseded' });
      };
      this.running = { id, records, isWanted, finish, hurry };
      this.process?.send({ type: 'evaluate', id, deadline: 2 * budget + 1000, ...request });
    });
    return { records, outcome };
  }

  /** Waits for a process that can evaluate; undefined when there is one. */
  private async whenReady(): Promise<Outcome | undefined> {
    for (;;) {
      const { process } = this;
      if (process === undefined) return { kind: 'superseded' };
      try {
        await process.ready;
        return undefined;
      } catch (error) {
        // Another one took its place meanwhile.
        if (process !== this.process) continue;
        // Whatever kept it from starting may be gone by the next time.
        this.restart();
        return { kind: 'crash', reason: (error as Error).message };
      }
    }
  }

  private start(): AnalysisProcess {
    const process = new AnalysisProcess(this.script, {
      received: (message) => this.received(message),
      ended: (reason, stderr) => {
        if (process !== this.process) return;
        this.log(`The analysis process ended: ${reason}\n${stderr}`);
        this.process = this.start();
        this.running?.finish({ kind: 'crash', reason });
      },
    });
    process.ready.catch((error) => {
      if (process === this.process) this.log(`The analysis process does not start: ${error.message}`);
    });
    return process;
  }

  private received(message: AnalysisRecord & { readonly id: number }): void {
    const { running } = this;
    // What is sent by anything but the evaluation that runs says nothing.
    if (running === undefined || running.id !== message?.id) return;
    if (message.type !== 'done') running.records.push(message);
    else {
      running.finish({ kind: 'done' });
      if (!message.reusable) this.restart();
    }
  }
}

const EVALUATIONS_PER_PROCESS = 500;

/** Starting a process takes about as long, in ms: an evaluation that ends before that is not worth a kill. */
const TIME_TO_START = 300;

const SUPERSEDED: Analyzed = { records: [], outcome: { kind: 'superseded' } };
