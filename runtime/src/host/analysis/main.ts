/**
 * The analysis process: evaluates instrumented modules with the abstract backend and streams what it sees. It holds no
 * native library, writes no files and is killed from outside when it takes too long.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setBackend, Tensor } from '#tfjs';
import { ABSTRACT_BACKEND } from '../../bindings/abstract';
import { observers } from '../../bindings/stack';
import * as library from '../../index';
import { BuiltIns } from './builtIns';
import { Evaluation } from './evaluation';
import type { AnalysisMessage, EvaluateRequest } from './protocol';
import { denySideEffects } from './sideEffects';

// User code has no way to these.
const send = process.send?.bind(process) as (message: AnalysisMessage) => void;
const end = process.kill.bind(process, process.pid, 'SIGKILL');

Error.stackTraceLimit = 100;
await setBackend(ABSTRACT_BACKEND);
const cancelTimers = denySideEffects();

let running: Evaluation | undefined;
process.on('unhandledRejection', (error) => running?.report(error));
let queue = Promise.resolve();
process.on('message', (request: EvaluateRequest) => {
  // Whatever the code did to the process, the next file has its turn.
  queue = queue.then(() => evaluate(request)).catch(() => {});
});
process.on('disconnect', end);
const builtIns = new BuiltIns([Tensor, Tensor.prototype, ...Object.values(library).filter(isObject)]);
send({ type: 'ready' });

async function evaluate(request: EvaluateRequest): Promise<void> {
  const { id } = request;
  const started = performance.now();
  const evaluation = new Evaluation(request, library, (record) => send({ ...record, id }));
  observers.use(evaluation.sites);
  running = evaluation;
  try {
    await evaluation.run();
    // Promises that nobody waits for are rejected now.
    await nextTurn();
  } catch (error) {
    evaluation.report(error);
  } finally {
    running = undefined;
    cancelTimers();
    const reusable = builtIns.restore();
    send({ type: 'done', id, elapsed: performance.now() - started, reusable });
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}
