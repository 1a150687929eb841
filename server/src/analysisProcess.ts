import { type ChildProcess, fork } from 'node:child_process';
import type { AnalysisMessage, AnalysisRecord, EvaluateRequest } from '../../runtime/src/host/analysis/protocol';

type Message = AnalysisRecord & { readonly id: number };

interface Listener {
  received(message: Message): void;
  /** It ended by itself, after it was ready. */
  ended(reason: string, stderr: string): void;
}

/** One run of the analysis process, in Node's sandbox. */
export class AnalysisProcess {
  /** Rejects where the process does not start, or is killed before it has. */
  readonly ready: Promise<void>;
  private readonly child: ChildProcess;
  private stderr = '';
  private isReady = false;
  private fail: (reason: Error) => void = () => {};

  constructor(
    script: string,
    private readonly listener: Listener,
  ) {
    this.child = fork(script, {
      execArgv: ['--experimental-vm-modules', '--no-warnings', '--max-old-space-size=2048', ...SANDBOX],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr = (this.stderr + chunk).slice(-4000);
    });
    this.ready = new Promise((resolve, reject) => {
      this.fail = reject;
      this.child.on('message', (message: AnalysisMessage) => {
        if (message?.type !== 'ready') this.listener.received(message);
        else {
          this.isReady = true;
          resolve();
        }
      });
    });
    // Whoever evaluates next sees the failure.
    this.ready.catch(() => {});
    this.child.on('error', this.fail);
    this.child.on('exit', this.exited);
  }

  send(request: EvaluateRequest): void {
    // Where this fails, the process is ending, which is reported by itself.
    this.child.send(request, () => {});
  }

  /** Ends it without a word to the listener. */
  kill(): void {
    this.child.off('exit', this.exited);
    this.child.kill('SIGKILL');
    this.fail(new Error('It was stopped.'));
  }

  private readonly exited = (code: number | null, signal: string | null): void => {
    const reason = signal ?? `exit code ${code}`;
    const stderr = this.stderr.trim();
    const end = () => this.listener.ended(/heap out of memory/.test(stderr) ? 'out of memory' : reason, stderr);
    if (!this.isReady) this.fail(new Error(stderr || `It ended with ${reason}.`));
    // Records that it sent may still be on their way.
    else if (this.child.connected) this.child.once('disconnect', end);
    else end();
  };
}

/** Node's permission model: code may read files to import them, and nothing else. The flag lost a prefix in Node 22. */
const SANDBOX = ['--permission', '--experimental-permission']
  .filter((flag) => process.allowedNodeEnvironmentFlags.has(flag))
  .slice(0, 1)
  .flatMap((flag) => [flag, '--allow-fs-read=*']);
