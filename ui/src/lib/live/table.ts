/** Values of several series on one shared, ascending grid of times. */
import type { LiveRow } from '../../api/live';
import type { Labels, RangeSeries } from '../../api/query';
import { snap } from '../range';

export interface Column {
  metric: Labels;
  values: (number | null)[];
}

export class SeriesTable {
  times: number[] = [];
  readonly columns = new Map<string, Column>();

  /** Times are moved to multiples of `step` seconds. */
  constructor(readonly step: number) {}

  get lastTime(): number | null {
    return this.times.at(-1) ?? null;
  }

  /** Puts the values of one moment in; a moment already there is overwritten. */
  insert(time: number, rows: LiveRow[]): void {
    const index = this.rowAt(snap(time, this.step));
    for (const { metric, value } of rows) this.column(metric).values[index] = finite(value);
  }

  /** Puts a range query's answer in. */
  merge(series: RangeSeries[]): void {
    for (const { metric, points } of series) {
      const column = this.column(metric);
      for (const [time, value] of points) column.values[this.rowAt(snap(time, this.step))] = finite(value);
    }
  }

  /** Forgets what is older than `from`, and series that have no value left. */
  trim(from: number): void {
    let count = 0;
    while (count < this.times.length && this.times[count]! < from) count += 1;
    if (count === 0) return;
    this.times.splice(0, count);
    for (const [key, column] of this.columns) {
      column.values.splice(0, count);
      if (column.values.every((value) => value === null)) this.columns.delete(key);
    }
  }

  private rowAt(time: number): number {
    const last = this.times.length - 1;
    if (last >= 0 && this.times[last] === time) return last;
    if (last < 0 || this.times[last]! < time) return this.addRow(last + 1, time);
    const index = lowerBound(this.times, time);
    return this.times[index] === time ? index : this.addRow(index, time);
  }

  private addRow(index: number, time: number): number {
    this.times.splice(index, 0, time);
    for (const column of this.columns.values()) column.values.splice(index, 0, null);
    return index;
  }

  private column(metric: Labels): Column {
    const key = seriesKey(metric);
    let column = this.columns.get(key);
    if (column === undefined) {
      column = { metric, values: this.times.map(() => null) };
      this.columns.set(key, column);
    }
    return column;
  }
}

/** A text that is equal for equal label sets, whatever their order. */
export function seriesKey(metric: Labels): string {
  return Object.keys(metric)
    .sort()
    .map((name) => `${name}=${JSON.stringify(metric[name])}`)
    .join(',');
}

/** Index of the first time that is not before `time`. */
export function lowerBound(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
