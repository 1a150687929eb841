/** Python with Flax as a process that answers questions (exchange.py). */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A value spelled out as JSON; see test/parity/typedValues.ts. */
export type Spelled = unknown;

interface Reply {
  readonly answer?: unknown;
  readonly error?: string;
}

export class FlaxProcess {
  private readonly waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  private errors = '';
  private ended = false;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      // Libraries print what they like; answers begin with a mark.
      if (line.startsWith('@')) this.waiting.shift()?.resolve(JSON.parse(line.slice(1)) as Reply);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.errors += chunk;
    });
    child.once('error', () => this.stop());
    child.once('close', () => this.stop());
    // A question to a process that has ended finds its pipe closed, which `close` tells.
    child.stdin.on('error', () => {});
  }

  static start(flax: 'current' | '0.1.0'): FlaxProcess {
    const { FLAX_PYTHON, FLAX_LEGACY } = process.env;
    if (!FLAX_PYTHON || !FLAX_LEGACY) throw new Error('These tests need Flax: run them by `npm run parity:python`.');
    const scripts = path.join(import.meta.dirname, '../golden/scripts');
    const args = ['--flax', flax, '--scripts', scripts, '--legacy-root', FLAX_LEGACY];
    return new FlaxProcess(
      spawn(FLAX_PYTHON, ['-W', 'ignore', path.join(import.meta.dirname, 'exchange.py'), ...args]),
    );
  }

  /** What Flax restores from bytes. */
  read(bytes: Uint8Array): Promise<Spelled> {
    return this.ask({ do: 'read', bytes: hex(bytes) });
  }

  /** A random state and what Flax writes of it. */
  async random(seed: number): Promise<{ bytes: Uint8Array; value: Spelled }> {
    const { bytes, value } = (await this.ask({ do: 'random', seed })) as { bytes: string; value: Spelled };
    return { bytes: new Uint8Array(Buffer.from(bytes, 'hex')), value };
  }

  /** A checkpoint in Orbax's layout, as to_bytes writes what it holds. */
  async orbax(folder: string): Promise<Uint8Array> {
    return new Uint8Array(Buffer.from((await this.ask({ do: 'orbax', folder })) as string, 'hex'));
  }

  /** One of Flax's own objects filled by from_bytes: its state dict, and to_bytes of it. */
  async fill(target: string, bytes: Uint8Array): Promise<{ value: Spelled; bytes: string }> {
    return (await this.ask({ do: 'fill', target, bytes: hex(bytes) })) as { value: Spelled; bytes: string };
  }

  end(): void {
    this.child.kill();
  }

  private stop(): void {
    this.ended = true;
    for (const { reject } of this.waiting.splice(0)) reject(this.endedError());
  }

  private endedError(): Error {
    return new Error(`Python has ended.\n${this.errors}`);
  }

  private async ask(question: object): Promise<unknown> {
    if (this.ended) throw this.endedError();
    const { answer, error } = await new Promise<Reply>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify(question)}\n`);
    });
    if (error !== undefined) throw new Error(`Flax: ${error}`);
    return answer;
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
