/** An instant result as rows and columns that can be sorted and copied. */
import type { InstantResult, InstantSample, Labels } from '../../api/query';
import { fullTime } from '../../lib/format/time';
import { formatExact } from '../../lib/format/units';
import { labelNames } from '../../lib/promql/labels';
import { text } from '../../lib/text';

export interface ResultRow {
  metric: Labels;
  /** What is copied, and shown unless there are points; several lines for a range of values. */
  value: string;
  /** The values of a range, oldest first. */
  points: readonly [time: number, value: number][] | null;
  /** What the value column is sorted by. */
  order: number;
}

export interface ResultTable {
  columns: string[];
  rows: ResultRow[];
  valueTitle: string;
}

export interface Sorting {
  /** A label, or null for the value. */
  column: string | null;
  descending: boolean;
}

export function toTable(result: InstantResult): ResultTable {
  switch (result.kind) {
    case 'string':
      return { columns: [], rows: [{ metric: {}, value: result.text, points: null, order: 0 }], valueTitle: text.explore.value };
    case 'matrix':
      return {
        columns: labelNames(result.series.map(({ metric }) => metric)),
        rows: result.series.map(({ metric, points }) => ({ metric, value: writePoints(points), points, order: points.at(-1)?.[1] ?? 0 })),
        valueTitle: text.explore.samples,
      };
    case 'vector':
    case 'scalar':
      return { columns: labelNames(result.samples.map(({ metric }) => metric)), rows: result.samples.map(sampleRow), valueTitle: text.explore.value };
  }
}

function sampleRow({ metric, value, histogram }: InstantSample): ResultRow {
  if (histogram !== null) {
    const shown = text.explore.histogram(formatExact(histogram.count), formatExact(histogram.sum));
    return { metric, value: shown, points: null, order: histogram.count };
  }
  return { metric, value: formatExact(value ?? NaN), points: null, order: value ?? NaN };
}

function writePoints(points: readonly [number, number][]): string {
  return points.map(([time, value]) => `${formatExact(value)} @ ${fullTime(time)}`).join('\n');
}

export function sortRows(rows: readonly ResultRow[], sorting: Sorting | null): ResultRow[] {
  if (sorting === null) return rows.slice();
  const { column, descending } = sorting;
  const sign = descending ? -1 : 1;
  return rows.slice().sort((a, b) => sign * (column === null ? byValue(a, b) : byLabel(a, b, column)));
}

/** NaN sorts below every number, so that it never hides the extremes. */
function byValue(a: ResultRow, b: ResultRow): number {
  if (Number.isNaN(a.order) || Number.isNaN(b.order)) return Number(Number.isNaN(b.order)) - Number(Number.isNaN(a.order));
  return a.order === b.order ? 0 : a.order < b.order ? -1 : 1;
}

function byLabel(a: ResultRow, b: ResultRow, label: string): number {
  return (a.metric[label] ?? '').localeCompare(b.metric[label] ?? '', 'en', { numeric: true });
}

/** Tab-separated, with a head line: what spreadsheets take from the clipboard. */
export function toClipboard(table: ResultTable, rows: readonly ResultRow[]): string {
  const lines = rows.map(({ metric, value }) => [...table.columns.map((column) => metric[column] ?? ''), value]);
  const clean = (cell: string): string => cell.replace(/[\t\r\n]+/g, ' ');
  return [[...table.columns, table.valueTitle], ...lines].map((cells) => cells.map(clean).join('\t')).join('\n');
}
