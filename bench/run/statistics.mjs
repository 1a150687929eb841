/** The value that a fraction of the sorted list is below, between neighbours by their distance. */
function quantile(sorted, fraction) {
  const at = fraction * (sorted.length - 1);
  const below = Math.floor(at);
  const above = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (at - below) * (above - sorted[below]);
}

export function median(list) {
  return quantile(
    list.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Median and quartiles. */
export function spread(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), q1: quantile(sorted, 0.25), q3: quantile(sorted, 0.75), count: list.length };
}

export function geometricMean(list) {
  return Math.exp(list.reduce((sum, value) => sum + Math.log(value), 0) / list.length);
}
