// One peer's process for one case: it waits for lines that ask for calls, and answers with their times.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Longer than any first call takes; a peer that is still silent then has failed. */
const LIMIT = 90_000;

export class PeerProcess {
  #child;
  #waiting;
  #errors = '';
  #ended = false;

  /** Resolves when the peer is ready to be asked. */
  static async start(command) {
    const peer = new PeerProcess(command);
    peer.calls = (await peer.#answer()).calls;
    return peer;
  }

  constructor([file, ...args]) {
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (data) => {
      this.#errors = (this.#errors + data).slice(-4000);
    });
    this.#child.stdin.on('error', () => {});
    const fail = (how) => {
      this.#ended = true;
      this.#waiting?.reject(new Error(`${how}\n${this.#errors}`.trim()));
    };
    this.#child.once('error', (error) => fail(error.message));
    this.#child.once('close', (code, signal) => fail(`It ended with ${signal ?? code}.`));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#waiting?.resolve(JSON.parse(line));
    });
  }

  /**
   * Makes so many calls, one after the other.
   * @returns {Promise<{ times: number[], loss: number | null }>} times in ms
   */
  ask(call, count) {
    this.#child.stdin.write(`${JSON.stringify({ call, count })}\n`);
    return this.#answer();
  }

  #answer() {
    if (this.#ended) return Promise.reject(new Error(`It has ended.\n${this.#errors}`.trim()));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`It took longer than ${LIMIT / 1000} s.`)), LIMIT);
      const settled = (settle) => (value) => {
        clearTimeout(timer);
        this.#waiting = undefined;
        settle(value);
      };
      this.#waiting = { resolve: settled(resolve), reject: settled(reject) };
    });
  }

  /** The most memory that it has had so far, in MB; null where the system does not tell. */
  get peakMemory() {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
    } catch {
      return null;
    }
  }

  stop() {
    this.#child.kill('SIGKILL');
  }
}
