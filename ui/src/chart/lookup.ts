/** Values of a series at a moment, as legends and tooltips show them. */
import { lowerBound } from '../lib/live/table';
import { lastIndex, type ChartData, type ChartSeries } from './data';

/** The value nearest to `time`, not further away than a few steps; the newest value when `time` is null. */
export function valueAt(data: ChartData, series: ChartSeries, time: number | null): number | null {
  if (time === null) return series.values[lastIndex(series.values)] ?? null;
  const next = lowerBound(data.times, time);
  const after = data.times[next];
  const before = data.times[next - 1];
  const nearer = after === undefined || (before !== undefined && time - before < after - time) ? next - 1 : next;
  const at = data.times[nearer];
  if (at === undefined || Math.abs(at - time) > 3 * data.step) return null;
  return series.values[nearer] ?? null;
}
