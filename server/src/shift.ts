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

/** The edits in order: what is equal at both ends is none, nor are lines and words that occur once in both texts. */
function editsBetween(before: string, after: string): Edit[] {
  const edits: Edit[] = [];
  const compare = (whole: Edit): void => {
    const edit = trimmed(before, after, whole);
    const { from, to, newFrom, newTo } = edit;
    if (from === to && newFrom === newTo) return;
    const equal = from < to && newFrom < newTo ? equalParts(before, after, edit, whole) : [];
    if (equal.length === 0) {
      edits.push(edit);
      return;
    }
    let rest = whole;
    for (const part of equal) {
      compare({ ...rest, to: part.from, newTo: part.newFrom });
      rest = { ...rest, from: part.to, newFrom: part.newTo };
    }
    compare(rest);
  };
  compare({ from: 0, to: before.length, newFrom: 0, newTo: after.length });
  return edits;
}

/** What stands once in both texts of an edit: lines without their indentation, else words. */
function equalParts(before: string, after: string, edit: Edit, whole: Edit): Edit[] {
  const lines = shared(before, after, wholeLines(before, edit, whole), /\S(?:[^\n]*\S)?/g);
  return lines.length > 0 ? lines : shared(before, after, edit, /[\w$]+/g);
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

/** Parts that occur once in each text, as many as are in the same order in both (patience diff). */
function shared(before: string, after: string, { from, to, newFrom, newTo }: Edit, part: RegExp): Edit[] {
  const newPlaces = uniqueParts(after.slice(newFrom, newTo), part);
  const found: Edit[] = [];
  for (const [text, at] of uniqueParts(before.slice(from, to), part)) {
    const newAt = newPlaces.get(text);
    if (newAt === undefined) continue;
    const [start, newStart] = [from + at, newFrom + newAt];
    found.push({ from: start, to: start + text.length, newFrom: newStart, newTo: newStart + text.length });
  }
  return longestIncreasing(found);
}

/** Where each part stands that occurs once; in order. */
function uniqueParts(text: string, part: RegExp): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const { 0: found, index } of text.matchAll(part)) {
    if (places.has(found)) repeated.add(found);
    places.set(found, index);
  }
  for (const found of repeated) places.delete(found);
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
