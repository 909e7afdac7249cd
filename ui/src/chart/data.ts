/** What a chart draws, and how tables of series become that. */
import type { Labels } from '../api/query';
import { seriesKey, type SeriesTable } from '../lib/live/table';

export interface ChartSeries {
  key: string;
  label: string;
  /** Index into the palette. */
  color: number;
  metric: Labels;
  /** Drawn below zero, and written as the positive value it is. */
  mirrored: boolean;
  /** Filled lightly: what is left over rather than what is used. */
  faint: boolean;
  values: (number | null)[];
}

export interface ChartData {
  /** Seconds since the epoch, ascending. */
  times: number[];
  series: ChartSeries[];
  /** Distance between points; a hole of more than a few steps is drawn as a hole. */
  step: number;
}

export interface Plotted {
  table: SeriesTable;
  /** Legend text of a series. */
  name: (metric: Labels) => string;
  mirrored?: boolean;
}

export const EMPTY: ChartData = { times: [], series: [], step: 1 };

/** How series are ordered and coloured by name. */
export interface Appearance {
  order?: readonly string[];
  /** Palette slots; names without one take their place in the order. */
  colors?: Readonly<Record<string, number>>;
  faint?: readonly string[];
}

/** Joins tables of the same step into one chart; series that `order` does not name follow, sorted by name. */
export function joinTables(plotted: readonly Plotted[], { order = [], colors = {}, faint = [] }: Appearance = {}): ChartData {
  const step = plotted[0]?.table.step ?? 1;
  const times = unionOfTimes(plotted.map(({ table }) => table.times));
  const index = new Map(times.map((time, position) => [time, position]));
  const series: ChartSeries[] = [];
  plotted.forEach(({ table, name, mirrored = false }, query) => {
    for (const { metric, values } of table.columns.values()) {
      const aligned = table.times.length === times.length ? values.slice() : spread(values, table.times, index);
      const label = name(metric);
      series.push({ key: `${query}:${seriesKey(metric)}`, label, color: 0, metric, mirrored, faint: faint.includes(label), values: aligned });
    }
  });
  series.sort((a, b) => rank(order, a.label) - rank(order, b.label) || a.label.localeCompare(b.label, 'en', { numeric: true }));
  series.forEach((entry, position) => {
    const placed = order.indexOf(entry.label);
    entry.color = colors[entry.label] ?? (placed >= 0 ? placed : position);
  });
  return { times, series, step };
}

function rank(order: readonly string[], label: string): number {
  const index = order.indexOf(label);
  return index < 0 ? order.length : index;
}

function unionOfTimes(lists: readonly number[][]): number[] {
  const [first = [], ...rest] = lists;
  const same = rest.every((list) => list.length === first.length && list.at(-1) === first.at(-1) && list[0] === first[0]);
  if (same && rest.every((list) => list.every((time, index) => time === first[index]))) return first.slice();
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

function spread(values: (number | null)[], times: number[], index: Map<number, number>): (number | null)[] {
  const aligned: (number | null)[] = new Array<number | null>(index.size).fill(null);
  times.forEach((time, position) => (aligned[index.get(time)!] = values[position] ?? null));
  return aligned;
}

/** Steps a hole may span and still be drawn through: one late or lost frame is no outage. */
const BRIDGED_STEPS = 3;

/**
 * The arrays the plot wants. Holes longer than a few steps get a row of nulls so that no line crosses them;
 * shorter ones are bridged with the value before them.
 */
export function plotArrays(data: ChartData, stacked: boolean): { times: number[]; rows: (number | null)[][] } {
  const { times, breaks } = withBreaks(data.times, data.step);
  const rows = data.series.map((series) => bridge(insertNulls(series.values, breaks), times, data.step));
  const signed = rows.map((row, index) => (data.series[index]!.mirrored ? row.map(negate) : row));
  return { times, rows: stacked ? cumulate(signed) : signed };
}

function withBreaks(times: readonly number[], step: number): { times: number[]; breaks: Set<number> } {
  const result: number[] = [];
  const breaks = new Set<number>();
  times.forEach((time, index) => {
    const before = times[index - 1];
    if (before !== undefined && time - before > BRIDGED_STEPS * step) {
      breaks.add(index);
      result.push(before + step);
    }
    result.push(time);
  });
  return { times: result, breaks };
}

function insertNulls(values: readonly (number | null)[], breaks: Set<number>): (number | null)[] {
  if (breaks.size === 0) return values.slice();
  return values.flatMap((value, index) => (breaks.has(index) ? [null, value] : [value]));
}

function bridge(values: (number | null)[], times: readonly number[], step: number): (number | null)[] {
  let last = -1;
  for (let index = 0; index < values.length; index += 1) {
    if (values[index] === null) continue;
    const short = last >= 0 && index - last > 1 && times[index]! - times[last]! <= BRIDGED_STEPS * step;
    if (short) values.fill(values[last]!, last + 1, index);
    last = index;
  }
  return values;
}

function negate(value: number | null): number | null {
  return value === null ? null : -value;
}

/** A series without a value adds nothing to the stack; where none has one the stack has a hole. */
function cumulate(rows: (number | null)[][]): (number | null)[][] {
  const length = rows[0]?.length ?? 0;
  const empty = Array.from({ length }, (_, index) => rows.every((row) => row[index] === null));
  const sums = new Array<number>(length).fill(0);
  return rows.map((row) =>
    row.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
      return empty[index] === true ? null : sums[index]!;
    }),
  );
}

/** Index of the newest value of a series, or -1. */
export function lastIndex(values: readonly (number | null)[]): number {
  for (let index = values.length - 1; index >= 0; index -= 1) if (values[index] !== null) return index;
  return -1;
}
