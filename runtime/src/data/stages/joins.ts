/** Stages over several others, and over one several times. */
import { type Cursor, type Item, type Stage, type State, stateOf } from '../cursor';

interface ZipState extends State {
  readonly stage: 'zip';
  readonly parts: readonly State[];
}

/** One item of each, as long as all have one. */
export function zipStage(stages: readonly Stage<unknown>[]): Stage<unknown[]> {
  return {
    count: () => {
      const counts = stages.map((stage) => stage.count());
      const known = counts.filter((count) => count !== undefined);
      return known.length === counts.length ? Math.min(...known) : undefined;
    },
    open: (epoch, from): Cursor<unknown[]> => {
      const state = stateOf<ZipState>('zip', from);
      const sources = stages.map((stage, i) => stage.open(epoch, state?.parts[i]));
      return {
        async next() {
          // All come to rest before one of them is an error.
          const items = await settled(sources.map((source) => source.next()));
          const [first] = items;
          if (first === undefined || items.includes(undefined)) return undefined;
          return { value: items.map((item) => item?.value), origin: first.origin };
        },
        state: () => ({ stage: 'zip', parts: sources.map((source) => source.state()) }),
        close: async () => {
          await settled(sources.map((source) => source.close()));
        },
      };
    },
  };
}

async function settled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

interface ConcatState extends State {
  readonly stage: 'concat';
  readonly part: number;
  readonly upstream: State | null;
}

/** All items of the first, then those of the second, and so on. */
export function concatStage<T>(stages: readonly Stage<T>[]): Stage<T> {
  return {
    count: () =>
      stages.reduce<number | undefined>((sum, stage) => {
        const count = stage.count();
        return sum === undefined || count === undefined ? undefined : sum + count;
      }, 0),
    open: (epoch, from) => {
      const state = stateOf<ConcatState>('concat', from);
      return chain(
        (part, at) => stages[part]?.open(epoch, at),
        state?.part ?? 0,
        state?.upstream ?? undefined,
        (part, upstream) => ({ stage: 'concat', part, upstream }),
      );
    },
  };
}

interface RepeatState extends State {
  readonly stage: 'repeat';
  readonly pass: number;
  readonly upstream: State | null;
}

/** The items `times` times over. */
export function repeatStage<T>(upstream: Stage<T>, times: number): Stage<T> {
  return {
    count: () => {
      const count = upstream.count();
      return count === undefined ? undefined : count === 0 ? 0 : count * times;
    },
    open: (epoch, from) => {
      const state = stateOf<RepeatState>('repeat', from);
      const before = epoch === 0 ? 0 : epoch * times;
      let given = state?.upstream ? 1 : 0;
      const counted = (cursor: Cursor<T>): Cursor<T> => ({
        state: () => cursor.state(),
        close: () => cursor.close(),
        async next() {
          const item = await cursor.next();
          if (item !== undefined) given++;
          return item;
        },
      });
      return chain(
        (pass, at) => {
          // A source that has nothing would be opened for ever.
          if (pass >= times || (pass > (state?.pass ?? 0) && given === 0)) return undefined;
          given = at === undefined ? 0 : 1;
          return counted(upstream.open(before + pass, at));
        },
        state?.pass ?? 0,
        state?.upstream ?? undefined,
        (pass, at) => ({ stage: 'repeat', pass, upstream: at }),
      );
    },
  };
}

/** One cursor after the other; `open` gives undefined after the last. */
function chain<T>(
  open: (part: number, from?: State) => Cursor<T> | undefined,
  first: number,
  from: State | undefined,
  state: (part: number, upstream: State | null) => State,
): Cursor<T> {
  let part = first;
  let at = from;
  let cursor: Cursor<T> | undefined;
  return {
    async next(): Promise<Item<T> | undefined> {
      for (;;) {
        cursor ??= open(part, at);
        at = undefined;
        const item = await cursor?.next();
        if (item !== undefined || cursor === undefined) return item;
        await cursor.close();
        cursor = undefined;
        part++;
      }
    },
    state: () => state(part, cursor?.state() ?? at ?? null),
    close: async () => {
      await cursor?.close();
    },
  };
}
