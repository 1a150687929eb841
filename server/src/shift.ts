/** A stretch of one text and the one that a later text has for it. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/**
 * Carries offsets of one text over to a later one. What stands between edits moves along, what stood inside one is gone,
 * and what stood behind a name that was typed on stays behind it.
 */
export function shifter(before: string, after: string): (offset: number) => number | undefined {
  const edits = editsBetween(before, after);
  return (offset) => {
    let moved = 0;
    for (const { from, to, newFrom, newTo } of edits) {
      if (offset < from) break;
      if (offset === from) return newFrom + typedOn(after, newFrom, newTo);
      if (offset < to) return undefined;
      moved = newTo - to;
    }
    return offset + moved;
  };
}

/** How far the name in front of an edit goes on in it. */
function typedOn(text: string, from: number, to: number): number {
  if (!/[\w$]/.test(text.charAt(from - 1))) return 0;
  return /^[\w$]*/.exec(text.slice(from, to))?.[0].length ?? 0;
}

/** The edits in order: what is equal at both ends is none, nor are lines that occur once in both texts, in order. */
function editsBetween(before: string, after: string): Edit[] {
  const edits: Edit[] = [];
  const compare = (whole: Edit): void => {
    const edit = trimmed(before, after, whole);
    const { from, to, newFrom, newTo } = edit;
    if (from === to && newFrom === newTo) return;
    const lines = from < to && newFrom < newTo ? sharedLines(before, after, wholeLines(before, edit, whole)) : [];
    if (lines.length === 0) {
      edits.push(edit);
      return;
    }
    let rest = { ...whole };
    for (const line of lines) {
      compare({ ...rest, to: line.from, newTo: line.newFrom });
      rest = { ...rest, from: line.to, newFrom: line.newTo };
    }
    compare(rest);
  };
  compare({ from: 0, to: before.length, newFrom: 0, newTo: after.length });
  return edits;
}

/** Without what both texts begin and end with. */
function trimmed(before: string, after: string, { from, to, newFrom, newTo }: Edit): Edit {
  const longest = Math.min(to - from, newTo - newFrom);
  let start = 0;
  while (start < longest && before.charCodeAt(from + start) === after.charCodeAt(newFrom + start)) start++;
  let end = 0;
  while (end < longest - start && before.charCodeAt(to - 1 - end) === after.charCodeAt(newTo - 1 - end)) end++;
  return { from: from + start, to: to - end, newFrom: newFrom + start, newTo: newTo - end };
}

/** The edit with all of its first and its last line, as far as both texts have them alike. */
function wholeLines(before: string, { from, to, newFrom, newTo }: Edit, whole: Edit): Edit {
  const start = Math.max(before.lastIndexOf('\n', from - 1) + 1, whole.from);
  const lineEnd = before.indexOf('\n', to);
  const end = Math.min(lineEnd < 0 ? before.length : lineEnd, whole.to);
  return { from: start, to: end, newFrom: newFrom - (from - start), newTo: newTo + (end - to) };
}

/** Lines that occur once in each text, as many as are in the same order in both (patience diff). */
function sharedLines(before: string, after: string, { from, to, newFrom, newTo }: Edit): Edit[] {
  const newPlaces = uniqueLines(after.slice(newFrom, newTo));
  const shared: Edit[] = [];
  for (const [line, at] of uniqueLines(before.slice(from, to))) {
    const newAt = newPlaces.get(line);
    if (newAt === undefined) continue;
    const [start, newStart] = [from + at, newFrom + newAt];
    shared.push({ from: start, to: start + line.length, newFrom: newStart, newTo: newStart + line.length });
  }
  return longestIncreasing(shared);
}

/** Where each line stands, without its indentation, that occurs once; in order. */
function uniqueLines(text: string): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  let at = 0;
  for (const indented of text.split('\n')) {
    const line = indented.trim();
    if (line === '' || places.has(line)) repeated.add(line);
    places.set(line, at + indented.length - indented.trimStart().length);
    at += indented.length + 1;
  }
  for (const line of repeated) places.delete(line);
  return places;
}

/** As many as have their new places in order too. */
function longestIncreasing(lines: readonly Edit[]): Edit[] {
  /** By length, the end of the chain of that length that ends first. */
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  lines.forEach(({ newFrom }, i) => {
    let [from, to] = [0, ends.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((lines[ends[middle] as number] as Edit).newFrom < newFrom) from = middle + 1;
      else to = middle;
    }
    previous[i] = ends[from - 1];
    ends[from] = i;
  });
  const chain: Edit[] = [];
  for (let i = ends.at(-1); i !== undefined; i = previous[i]) chain.unshift(lines[i] as Edit);
  return chain;
}
