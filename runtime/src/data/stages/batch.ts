import * as tree from '../../tree';
import { type Batch, stackColumn } from '../columns';
import { type Cursor, DataError, type Item, type Stage, type State, stateOf } from '../cursor';

interface BatchState extends State {
  readonly stage: 'batch';
  readonly upstream: State;
}

/** `size` items put together by `join`; the last ones may be fewer. */
export function batchStage<T, B>(
  upstream: Stage<T>,
  size: number,
  dropRemainder: boolean,
  join: (examples: T[]) => B,
): Stage<B> {
  const total = () => {
    const count = upstream.count();
    return count === undefined ? undefined : dropRemainder ? Math.floor(count / size) : Math.ceil(count / size);
  };
  const put = (items: readonly Item<T>[]): Item<B> => {
    const first = (items[0] as Item<T>).origin;
    const origin = { ...first, last: items.at(-1)?.origin.index ?? first.index };
    try {
      return { value: join(items.map(({ value }) => value)), origin };
    } catch (error) {
      throw new DataError('batch: the examples cannot be put together', origin, error);
    }
  };
  return {
    count: total,
    open: (epoch, from): Cursor<B> => {
      const source = upstream.open(epoch, stateOf<BatchState>('batch', from)?.upstream);
      return {
        async next() {
          const items: Item<T>[] = [];
          while (items.length < size) {
            const item = await source.next();
            if (item === undefined) break;
            items.push(item);
          }
          if (items.length === 0 || (dropRemainder && items.length < size)) return undefined;
          return put(items);
        },
        state: () => ({ stage: 'batch', upstream: source.state() }),
        close: () => source.close(),
      };
    },
  };
}

/** Examples of one form as one tree whose leaves are the stacked leaves. */
export function stackExamples<T>(examples: readonly T[]): Batch<T> {
  const [first, ...rest] = examples;
  const structure = tree.structure(first);
  const paths = tree.flattenWithPath(first).map(([path]) => path.join('.') || 'the example');
  const columns = [first, ...rest].map((example) => tree.flattenUpTo(structure, example));
  const stacked = paths.map((path, leaf) =>
    stackColumn(
      columns.map((column) => column[leaf]),
      path,
    ),
  );
  return tree.unflatten(structure, stacked) as Batch<T>;
}
