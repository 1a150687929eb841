import * as tree from '../tree';
import { type Row, type Rows, rowsOf } from './columns';
import { type Cursor, type Stage, type State, stateOf } from './cursor';

/** Many rows as a tree of columns. */
export class Table {
  readonly #columns: readonly Rows[];
  readonly #structure: tree.Structure;
  readonly count: number;

  constructor(caller: string, arrays: unknown) {
    const [, structure] = tree.flatten(arrays);
    const named = tree.flattenWithPath(arrays);
    const where = (path: readonly string[]) => `${caller}: ${path.length === 0 ? 'the array' : path.join('.')}`;
    this.#columns = named.map(([path, leaf]) => rowsOf(leaf, where(path)));
    this.#structure = structure;
    const first = this.#columns[0];
    if (first === undefined)
      throw new TypeError(`${caller}: there is no array in the arguments, so there are no rows.`);
    this.#columns.forEach(({ count }, i) => {
      if (count === first.count) return;
      const [a, b] = [named[0]?.[0] ?? [], named[i]?.[0] ?? []];
      throw new RangeError(`${where(b)} has ${count} rows, but ${a.join('.')} has ${first.count}.`);
    });
    this.count = first.count;
  }

  take(rows: Int32Array): unknown {
    return this.#each((column) => column.take(rows));
  }

  slice(begin: number, end: number): unknown {
    return this.#each((column) => column.slice(begin, end));
  }

  row(index: number): unknown {
    return this.#each((column) => column.row(index));
  }

  #each(make: (column: Rows) => unknown): unknown {
    return tree.unflatten(this.#structure, this.#columns.map(make));
  }
}

/** Throws RangeError unless `index` is one of `count`. */
export function checkShard(caller: string, index: number, count: number): void {
  if (Number.isInteger(count) && count > 0 && Number.isInteger(index) && index >= 0 && index < count) return;
  throw new RangeError(`${caller}: of ${count} shards one has an index from 0 to ${count - 1}, got ${index}.`);
}

interface RowsState extends State {
  readonly stage: 'arrays';
  readonly row: number;
}

/** The rows of a table, one by one. */
export function tableStage<T>(table: Table): Stage<Row<T>> {
  return {
    count: () => table.count,
    open: (_, from): Cursor<Row<T>> => {
      let row = stateOf<RowsState>('arrays', from)?.row ?? 0;
      return {
        async next() {
          if (row >= table.count) return undefined;
          const value = table.row(row) as Row<T>;
          return { value, origin: { index: row++ } };
        },
        state: () => ({ stage: 'arrays', row }),
        close: async () => {},
      };
    },
  };
}
