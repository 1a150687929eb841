import { TF_CONSTANTS as TF } from '../../binding';
import type { BatchRule, BatchRules } from '../call';
import { shifted } from './reshaping';

const concat: BatchRule = (call) => {
  const last = call.inputs.length - 1;
  const [axis = 0] = call.values(last, 'axis');
  const joined = call.inputs.slice(0, last).map((_, i) => call.front(i));
  return call.run([...joined, call.int(shifted(axis, call.input(0).shape.length))]);
};

const pack: BatchRule = (call) => {
  const axis = shifted(call.attr('axis', 0), call.input(0).shape.length + 1);
  return call.run(
    call.inputs.map((_, i) => call.front(i)),
    call.withAttrs({ axis: [TF.TF_ATTR_INT, axis] }),
  );
};

const unpack: BatchRule = (call) => {
  const axis = shifted(call.attr('axis', 0), call.input(0).shape.length);
  return call.run([call.front(0)], call.withAttrs({ axis: [TF.TF_ATTR_INT, axis] }));
};

const split: BatchRule = (call) => {
  const [axis = 0] = call.values(2, 'axis');
  return call.run([call.front(0), call.input(1).id, call.int(shifted(axis, call.input(0).shape.length))]);
};

/** Several tensors into one and one into several. */
export const joining: BatchRules = { ConcatV2: concat, Pack: pack, SplitV: split, Unpack: unpack };
