/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error("the median of nothing");
  return (lower + upper) / 2;
}

export interface CostPoint {
  readonly applications: number;
  readonly ms: number;
}

/**
 * What one more application costs between each two sizes, in milliseconds. Where cost grows linearly these are alike;
 * the fixed cost (start-up) is not in them.
 */
export function marginalCosts(points: readonly CostPoint[]): readonly { from: number; to: number; msEach: number }[] {
  const sorted = points.toSorted((left, right) => left.applications - right.applications);
  return sorted.slice(1).flatMap((point, index) => {
    const before = sorted[index];
    if (before === undefined || before.applications === point.applications) return [];
    const msEach = (point.ms - before.ms) / (point.applications - before.applications);
    return [{ from: before.applications, to: point.applications, msEach }];
  });
}
