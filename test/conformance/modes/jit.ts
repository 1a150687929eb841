/** Each kernel call as a function that was recorded, compiled and run by jit's machinery. */
import { inspect } from 'node:util';
import { engine, type Tensor } from '#tfjs';
import { GRAPH_BACKEND } from '../../../runtime/src/bindings/graph/graphBinding';
import { type Compiled, compile } from '../../../runtime/src/transforms/jit/compile';
import { type Outputs, wrapKernels } from './kernels';

export { nativeBinding } from '../../../runtime/src/bindings/native';

const UNSUPPORTED = /unsupported operations|uncompilable|not compilable|XLA/i;

export function jitKernels(useXla: boolean): void {
  const known = new Map<string, { compiled: Compiled; isList: boolean; useXla: boolean }>();
  wrapKernels(({ name, attrs, names, tensors, on }) => {
    const avals = tensors.map(({ shape, dtype }) => ({ shape, dtype }));
    const key = inspect([name, attrs, names, avals], { depth: null, maxArrayLength: null, breakLength: Infinity });
    const found = known.get(key) ?? record();
    known.set(key, found);
    let outputs: Tensor[];
    try {
      outputs = found.compiled.run(tensors, found.useXla);
    } catch (error) {
      if (!found.useXla || !UNSUPPORTED.test(String(error))) throw error;
      found.useXla = false;
      outputs = found.compiled.run(tensors, false);
    }
    return found.isList ? outputs : outputs[0];

    function record() {
      let made: Outputs = [];
      // What tracing makes is disposed of, as what kernels make is: the suite counts.
      engine().startScope(name);
      try {
        const compiled = compile(name, avals, (inputs) => {
          made = on(GRAPH_BACKEND, inputs);
          return [made].flat() as Tensor[];
        });
        return { compiled, isList: Array.isArray(made), useXla };
      } finally {
        engine().endScope();
      }
    }
  });
}
