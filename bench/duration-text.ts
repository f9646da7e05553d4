export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}

export function range(values: readonly number[]): string {
  return `${seconds(Math.min(...values))} to ${seconds(Math.max(...values))}`;
}
