import { type ProfileEvent, titleOf } from './recorder';

/** What events of one name took together. Times are milliseconds. */
export interface Total {
  readonly name: string;
  readonly calls: number;
  readonly time: number;
}

/** Totals of the events, those that took longest first. */
export function totals(events: readonly ProfileEvent[]): Total[] {
  const found = new Map<string, Total>();
  for (const event of events) {
    const name = titleOf(event);
    const { calls, time } = found.get(name) ?? { calls: 0, time: 0 };
    found.set(name, { name, calls: calls + 1, time: time + event.duration });
  }
  return [...found.values()].sort((a, b) => b.time - a.time);
}

/** `Op  Calls  Time  Share  Each`, a row each. */
export function table(title: string, rows: readonly Total[], wall: number): string {
  const cells = rows.map(({ name, calls, time }) => [
    name,
    String(calls),
    `${time.toFixed(3)} ms`,
    `${((100 * time) / wall).toFixed(1)} %`,
    `${(time / calls).toFixed(3)} ms`,
  ]);
  const all = [[title, 'calls', 'time', 'of all', 'each'], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    )
    .join('\n');
}
