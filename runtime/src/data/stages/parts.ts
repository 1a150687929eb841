/** Stages that leave items out. */
import { type Cursor, type Item, type Stage, type State, stateOf } from '../cursor';

interface PartState extends State {
  readonly stage: 'take' | 'skip' | 'shard';
  /** Items that were read. */
  readonly read: number;
  readonly upstream: State;
}

/** A stage that keeps how many items it has read. */
function part<T>(
  name: PartState['stage'],
  upstream: Stage<T>,
  count: (all: number) => number,
  /** Reads on to the next item; `read` before. */
  next: (source: Cursor<T>, read: number) => Promise<{ item: Item<T> | undefined; read: number }>,
): Stage<T> {
  return {
    count: () => {
      const all = upstream.count();
      return all === undefined ? undefined : count(all);
    },
    open: (epoch, from): Cursor<T> => {
      const state = stateOf<PartState>(name, from);
      const source = upstream.open(epoch, state?.upstream);
      let read = state?.read ?? 0;
      return {
        async next() {
          const after = await next(source, read);
          read = after.read;
          return after.item;
        },
        state: () => ({ stage: name, read, upstream: source.state() }),
        close: () => source.close(),
      };
    },
  };
}

export function takeStage<T>(upstream: Stage<T>, most: number): Stage<T> {
  return part(
    'take',
    upstream,
    (all) => Math.min(all, most),
    async (source, read) => ({ item: read < most ? await source.next() : undefined, read: read + 1 }),
  );
}

export function skipStage<T>(upstream: Stage<T>, first: number): Stage<T> {
  return part(
    'skip',
    upstream,
    (all) => Math.max(0, all - first),
    async (source, read) => {
      for (let passed = read; passed < first; passed++) {
        if ((await source.next()) === undefined) return { item: undefined, read: first };
      }
      return { item: await source.next(), read: Math.max(read, first) + 1 };
    },
  );
}

export function shardStage<T>(upstream: Stage<T>, index: number, count: number): Stage<T> {
  return part(
    'shard',
    upstream,
    (all) => Math.ceil(Math.max(0, all - index) / count),
    async (source, read) => {
      for (;;) {
        const item = await source.next();
        if (item === undefined || read++ % count === index) return { item, read };
      }
    },
  );
}
