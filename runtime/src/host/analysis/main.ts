/**
 * The analysis process: evaluates instrumented modules with the abstract backend and streams what it sees. It holds no
 * native library, writes no files and is killed from outside when it takes too long.
 */
import { setBackend } from '#tfjs';
import { ABSTRACT_BACKEND } from '../../bindings/abstract';
import { observers } from '../../bindings/stack';
import * as library from '../../index';
import { Evaluation } from './evaluation';
import type { AnalysisMessage, EvaluateRequest } from './protocol';
import { denySideEffects } from './sideEffects';

const send = (message: AnalysisMessage) => process.send?.(message);

Error.stackTraceLimit = 100;
await setBackend(ABSTRACT_BACKEND);
denySideEffects();

let queue = Promise.resolve();
process.on('message', (request: EvaluateRequest) => {
  queue = queue.then(() => evaluate(request));
});
process.on('disconnect', () => process.kill(process.pid));
send({ type: 'ready' });

async function evaluate(request: EvaluateRequest): Promise<void> {
  const { id } = request;
  const started = performance.now();
  const evaluation = new Evaluation(request, library, (record) => send({ ...record, id }));
  observers.use(evaluation.sites);
  await evaluation.run();
  send({ type: 'done', id, elapsed: performance.now() - started });
}
