/** Where examples come from: things to iterate over, and files. */
import { type Cursor, DataError, type Item, type Origin, pass, type Stage, type State, stateOf } from './cursor';

type Some<T> = Iterable<T> | AsyncIterable<T>;

/** What a pipeline can begin with. A function makes the examples of a pass, which are numbered from 0. */
export type Source<T> = Some<T> | ((epoch: number) => Some<T>);

/** How examples are read from a file; `fromFiles` also takes a function of the path alone. */
export interface Reader<T> {
  /** The examples of a file from number `skip` on. Where it is a generator, its `finally` runs when reading ends early. */
  read(path: string, skip: number): Some<T>;
  /** How many there are, if that can be known without reading them. */
  count?(path: string): number | undefined;
}

/** A reader, or a function that reads a file from its beginning: continuing from a state reads it again. */
export type FileReader<T> = Reader<T> | ((path: string) => Some<T>);

/** What can go on from a state by itself: `Batches`, or a pipeline. */
interface Resumable<T> {
  iterator(from?: State): (Iterator<T> | AsyncIterator<T>) & { state(): State };
  readonly length?: number | undefined;
}

const isResumable = <T>(source: unknown): source is Resumable<T> =>
  typeof (source as { iterator?: unknown } | null)?.iterator === 'function';

interface IterableState extends State {
  readonly stage: 'from';
  readonly index: number;
  readonly upstream: State | null;
}

export function iterableStage<T>(source: Source<T>): Stage<T> {
  let isUsed = false;
  const iteratorOf = (epoch: number): Iterator<T> | AsyncIterator<T> => {
    const iterator = iterate(typeof source === 'function' ? source(epoch) : source);
    if ((iterator as unknown) !== source) return iterator;
    if (isUsed) {
      throw new Error(
        'data.from: this generator was iterated over before and has nothing left. ' +
          'Give the function that makes it, without calling it: data.from(generate).',
      );
    }
    isUsed = true;
    return iterator;
  };
  return {
    count: () => (isResumable(source) ? source.length : sizeOf(source)),
    open: (epoch, from): Cursor<T> => {
      const state = stateOf<IterableState>('from', from);
      const resumed = isResumable<T>(source) ? source.iterator(state?.upstream ?? undefined) : undefined;
      let iterator: Iterator<T> | AsyncIterator<T> | undefined = resumed;
      const index = state?.index ?? 0;
      let read = resumed === undefined ? 0 : index;
      const readOne = async (): Promise<Item<T> | undefined> => {
        const origin = { index: read };
        const result = await advance('data.from: the source threw', origin, () => {
          iterator ??= iteratorOf(epoch);
          return iterator.next();
        });
        if (result.done) return undefined;
        read++;
        return { value: result.value, origin };
      };
      return {
        async next() {
          if (read < index) await pass(readOne, index);
          return readOne();
        },
        state: () => ({ stage: 'from', index: Math.max(read, index), upstream: resumed?.state() ?? null }),
        close: async () => {
          await iterator?.return?.();
        },
      };
    },
  };
}

function iterate<T>(source: Some<T>): Iterator<T> | AsyncIterator<T> {
  if (Symbol.asyncIterator in Object(source)) return (source as AsyncIterable<T>)[Symbol.asyncIterator]();
  if (Symbol.iterator in Object(source)) return (source as Iterable<T>)[Symbol.iterator]();
  throw new TypeError(
    `data.from takes something to iterate over or a function that makes it, got ${source === null ? 'null' : `a ${typeof source}`}.`,
  );
}

function sizeOf(source: unknown): number | undefined {
  if (Array.isArray(source) || ArrayBuffer.isView(source)) return (source as ArrayLike<unknown> & object).length;
  return source instanceof Set || source instanceof Map ? source.size : undefined;
}

async function advance<R>(what: string, origin: Origin, next: () => R | PromiseLike<R>): Promise<R> {
  try {
    return await next();
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(what, origin, error);
  }
}

interface FilesState extends State {
  readonly stage: 'fromFiles';
  /** The number of the file. */
  readonly file: number;
  readonly path: string;
  /** Examples of it that were given. */
  readonly index: number;
}

export function filesStage<T>(paths: readonly string[], reader: FileReader<T>): Stage<T> {
  const seeking = typeof reader === 'function' ? skipping(reader) : reader;
  return {
    count: () => {
      const counts = paths.map((path) => seeking.count?.(path));
      return counts.includes(undefined) ? undefined : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    },
    open: (_, from): Cursor<T> => {
      const state = stateOf<FilesState>('fromFiles', from);
      if (state !== undefined && (paths[state.file] ?? '') !== state.path) {
        throw new RangeError(
          `The state is in the file ${state.path}, but number ${state.file} of the files is ${paths[state.file]} now.`,
        );
      }
      let file = state?.file ?? 0;
      let index = state?.index ?? 0;
      let iterator: Iterator<T> | AsyncIterator<T> | undefined;
      const close = async () => {
        const open = iterator;
        iterator = undefined;
        await open?.return?.();
      };
      return {
        async next() {
          for (;;) {
            const path = paths[file];
            if (path === undefined) return undefined;
            const origin = { index, file: path };
            const result = await advance('data.fromFiles: reading failed', origin, () => {
              iterator ??= iterate(seeking.read(path, index));
              return iterator.next();
            });
            if (!result.done) {
              index++;
              return { value: result.value, origin };
            }
            iterator = undefined;
            file++;
            index = 0;
          }
        },
        state: () => ({ stage: 'fromFiles', file, path: paths[file] ?? '', index }),
        close,
      };
    },
  };
}

/** A reader that cannot begin in the middle of a file. */
function skipping<T>(read: (path: string) => Some<T>): Reader<T> {
  return {
    async *read(path, skip) {
      let index = 0;
      for await (const example of read(path)) if (index++ >= skip) yield example;
    },
  };
}
