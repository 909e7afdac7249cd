/** What a figure says now, and whether that has lasted long enough to matter. */
import { lastIndex, type ChartData } from '../../chart/data';
import type { FigureSpec } from './panels';

const JUDGED_SECONDS = 60;

/** The newest value of a chart's first series. */
export function newestValue(data: ChartData): number | null {
  const values = data.series[0]?.values ?? [];
  return values[lastIndex(values)] ?? null;
}

/** Whether the mean of the last minute is too high: a short peak is no reason to look up. */
export function isHigh(spec: Pick<FigureSpec, 'high'>, data: ChartData): boolean {
  const mean = recentMean(data);
  return spec.high !== undefined && mean !== null && mean > spec.high;
}

/** Mean of the first series' values of the last minute; null without any. */
export function recentMean(data: ChartData): number | null {
  const since = (data.times.at(-1) ?? 0) - JUDGED_SECONDS;
  const values = (data.series[0]?.values ?? []).filter((value, index): value is number => value !== null && data.times[index]! > since);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
