/** Values of a series at a moment, as legends and tooltips show them. */
import { lowerBound } from '../lib/live/table';
import { lastIndex, type ChartData, type ChartSeries } from './data';

/** A value this many steps away still counts as the value of a moment. */
const NEAR_STEPS = 3;

/** The value nearest to `time`, not further away than a few steps; the current value when `time` is null. */
export function valueAt(data: ChartData, series: ChartSeries, time: number | null): number | null {
  if (time === null) return currentValue(data, series);
  const next = lowerBound(data.times, time);
  const after = data.times[next];
  const before = data.times[next - 1];
  const nearer = after === undefined || (before !== undefined && time - before < after - time) ? next - 1 : next;
  const at = data.times[nearer];
  if (at === undefined || Math.abs(at - time) > NEAR_STEPS * data.step) return null;
  return series.values[nearer] ?? null;
}

/** The newest value, unless the series ended before the others did. */
function currentValue(data: ChartData, series: ChartSeries): number | null {
  const index = lastIndex(series.values);
  const behind = (data.times.at(-1) ?? 0) - (data.times[index] ?? 0);
  return behind > NEAR_STEPS * data.step ? null : (series.values[index] ?? null);
}
