/**
 * Carries offsets of one text over to a later one: what stands before the first difference stays, what stands behind
 * the last moves along, and what stood in between is gone.
 */
export function shifter(before: string, after: string): (offset: number) => number | undefined {
  if (before === after) return (offset) => offset;
  const shortest = Math.min(before.length, after.length);
  let prefix = 0;
  while (prefix < shortest && before.charCodeAt(prefix) === after.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (
    suffix < shortest - prefix &&
    before.charCodeAt(before.length - 1 - suffix) === after.charCodeAt(after.length - 1 - suffix)
  ) {
    suffix++;
  }
  const changedTo = before.length - suffix;
  return (offset) => {
    if (offset <= prefix) return offset;
    return offset >= changedTo ? offset + after.length - before.length : undefined;
  };
}
