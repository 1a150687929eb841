import { type Cursor, DataError, type Item, type Stage, type State, stateOf } from '../cursor';
import { ahead } from './ahead';

/** What `map` takes: a function of an example and of how many came before, or an asynchronous one. */
export type Mapped<T, R> = (example: T, index: number) => R | PromiseLike<R>;

interface MapState extends State {
  readonly stage: 'map';
  readonly position: number;
  readonly upstream: State;
}

/** Each item through a function; several at a time if `parallel` is more than 1, and in the same order. */
export function mapStage<T, R>(upstream: Stage<T>, fn: Mapped<T, R>, parallel: number): Stage<R> {
  const apply = async ({ value, origin }: Item<T>, index: number): Promise<Item<R>> => {
    try {
      return { value: await fn(value, index), origin };
    } catch (error) {
      throw error instanceof DataError ? error : new DataError('map: the function threw', origin, error);
    }
  };
  if (parallel > 1) return ahead('map', upstream, parallel, apply);
  return {
    count: () => upstream.count(),
    open: (epoch, from): Cursor<R> => {
      const state = stateOf<MapState>('map', from);
      const source = upstream.open(epoch, state?.upstream);
      let position = state?.position ?? 0;
      return {
        async next() {
          const item = await source.next();
          return item && apply(item, position++);
        },
        state: () => ({ stage: 'map', position, upstream: source.state() }),
        close: () => source.close(),
      };
    },
  };
}

interface FilterState extends State {
  readonly stage: 'filter';
  readonly position: number;
  readonly upstream: State;
}

/** The items for which a function is true. */
export function filterStage<T>(
  upstream: Stage<T>,
  fn: (example: T, index: number) => boolean | PromiseLike<boolean>,
): Stage<T> {
  return {
    count: () => undefined,
    open: (epoch, from): Cursor<T> => {
      const state = stateOf<FilterState>('filter', from);
      const source = upstream.open(epoch, state?.upstream);
      let position = state?.position ?? 0;
      return {
        async next() {
          for (;;) {
            const item = await source.next();
            if (item === undefined) return undefined;
            try {
              if (await fn(item.value, position++)) return item;
            } catch (error) {
              throw new DataError('filter: the function threw', item.origin, error);
            }
          }
        },
        state: () => ({ stage: 'filter', position, upstream: source.state() }),
        close: () => source.close(),
      };
    },
  };
}
