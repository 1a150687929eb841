/** What pipelines are made of: stages that open cursors, from the beginning or from where another cursor was. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where a cursor is. Plain JSON, so that it can be kept beside a checkpoint. */
export interface State {
  /** What the state is of. */
  readonly stage: string;
  readonly [field: string]: Json;
}

/** Where an example comes from, for messages. */
export interface Origin {
  /** Its number in the source, from 0. */
  readonly index: number;
  readonly file?: string;
  /** For a batch the number of its last example. */
  readonly last?: number;
}

export interface Item<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** A position in a stream. Nothing of it is called while one of its promises is pending. */
export interface Cursor<T> {
  /** Undefined at the end. */
  next(): Promise<Item<T> | undefined>;
  /** After which item it is. */
  state(): State;
  /** Lets go of files and other things; waits for what is under way. */
  close(): Promise<void>;
}

export interface Stage<T> {
  /** How many items one pass has; undefined if that is not known before. */
  count(): number | undefined;
  /** `epoch` counts the passes, for what shuffles. */
  open(epoch: number, from?: State): Cursor<T>;
}

/** An error of a function or a file that a pipeline reads from. `cause` is what was thrown. */
export class DataError extends Error {
  /** 'DataError'. */
  override readonly name = 'DataError';
  /** The number of the example in its source, from 0. */
  readonly index: number;
  /** The file that the example is in, where it is in one. */
  readonly file: string | undefined;

  constructor(what: string, origin: Origin, cause: unknown) {
    super(`${what} at ${formatOrigin(origin)}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.index = origin.index;
    this.file = origin.file;
  }
}

function formatOrigin({ index, file, last }: Origin): string {
  const examples = last === undefined || last === index ? `example ${index}` : `examples ${index} to ${last}`;
  return file === undefined ? examples : `${examples} of ${file}`;
}

/** The state as `stage` gave it. Throws TypeError for another stage's. */
export function stateOf<S extends State>(stage: S['stage'], state: State | undefined): S | undefined {
  if (state === undefined || state.stage === stage) return state as S | undefined;
  throw new TypeError(
    `This state was taken where a pipeline has ${String(state.stage)}, but there is ${stage} here now. ` +
      'A state continues the pipeline that it was taken of: make it from the same stages in the same order.',
  );
}

/** Throws RangeError unless it is an integer from `least` on. */
export function checkCount(what: string, value: number, least: number): void {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= least)) return;
  throw new RangeError(`${what} should be an integer >= ${least}, got ${value}.`);
}

/** Reads `count` items that were given before. Throws RangeError if there are not so many. */
export async function pass<T>(next: () => Promise<Item<T> | undefined>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    if ((await next()) === undefined) throw endsBefore(count, i);
  }
}

export function endsBefore(position: number, end: number): RangeError {
  return new RangeError(
    `The state is ${position} items into its source, but that ends after ${end}: the data are not what they were.`,
  );
}
