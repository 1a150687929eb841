// Loops that call an op; each says how many µs one call took. An engine compiles a loop by what it called before, so each
// binding loads this file anew.

/** Without freeing the outputs. */
export function execute(binding, { op, attrs }, inputs) {
  const count = 500;
  const ids = new Array(count);
  const started = performance.now();
  for (let i = 0; i < count; i++) ids[i] = binding.executeOp(op, attrs(), inputs, 1)[0].id;
  const microseconds = ((performance.now() - started) * 1000) / count;
  for (const id of ids) binding.deleteTensor(id);
  return microseconds;
}

/** With freeing the outputs, and long enough for garbage collections. */
export function executeAndDelete(binding, { op, attrs }, inputs) {
  const count = 20_000;
  const started = performance.now();
  for (let i = 0; i < count; i++) binding.deleteTensor(binding.executeOp(op, attrs(), inputs, 1)[0].id);
  return ((performance.now() - started) * 1000) / count;
}

/** The same, with outputs that the garbage collector frees. */
export function executeAndDrop(binding, { op, attrs }, inputs) {
  const count = 20_000;
  const started = performance.now();
  for (let i = 0; i < count; i++) binding.executeOp(op, attrs(), inputs, 1);
  return ((performance.now() - started) * 1000) / count;
}
