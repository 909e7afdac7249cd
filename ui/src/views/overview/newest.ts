import { lastIndex, type ChartData } from '../../chart/data';

/** The newest value of a chart's first series. */
export function newestValue(data: ChartData): number | null {
  const values = data.series[0]?.values ?? [];
  return values[lastIndex(values)] ?? null;
}
