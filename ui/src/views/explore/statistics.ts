/** Last, least, mean and greatest value of a series within the range. */
export interface Statistics {
  last: number | null;
  min: number | null;
  mean: number | null;
  max: number | null;
}

export function statistics(values: readonly (number | null)[]): Statistics {
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity];
  let last: number | null = null;
  for (const value of values) {
    if (value === null) continue;
    count += 1;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
    last = value;
  }
  return count === 0 ? { last: null, min: null, mean: null, max: null } : { last, min, mean: sum / count, max };
}
