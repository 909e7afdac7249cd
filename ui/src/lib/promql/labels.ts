/** Label sets written as PromQL does. */
import type { Labels } from '../../api/query';

export function formatMetric(metric: Labels): string {
  const { __name__: name = '', ...rest } = metric;
  const pairs = Object.keys(rest)
    .sort()
    .map((label) => `${label}=${JSON.stringify(rest[label])}`);
  return pairs.length === 0 && name !== '' ? name : `${name}{${pairs.join(', ')}}`;
}

/** Names of all labels of some sets, the metric name first. */
export function labelNames(metrics: readonly Labels[]): string[] {
  const names = new Set(metrics.flatMap((metric) => Object.keys(metric)));
  return [...names].sort((a, b) => Number(b === '__name__') - Number(a === '__name__') || a.localeCompare(b));
}
