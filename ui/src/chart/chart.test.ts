import { expect, test } from 'vitest';
import { SeriesTable } from '../lib/live/table';
import { joinTables, plotArrays, type ChartData } from './data';
import { toggled } from './isolate';
import { valueAt } from './lookup';
import { toTicks, valueRange } from './options';

function tableOf(points: Record<string, [number, number][]>, step = 1): SeriesTable {
  const table = new SeriesTable(step);
  table.merge(Object.entries(points).map(([name, values]) => ({ metric: { name }, points: values })));
  return table;
}
const name = (metric: Record<string, string>): string => metric['name'] ?? '';
const rows = (data: ChartData, stacked = false): unknown => plotArrays(data, stacked).rows;

test('series follow the given order, then their names as people count', () => {
  const table = tableOf({ cpu10: [[1, 1]], cpu9: [[1, 1]], total: [[1, 1]] });
  const data = joinTables([{ table, name }], { order: ['total'], colors: { cpu9: 5 } });
  expect(data.series.map(({ label, color }) => [label, color])).toEqual([['total', 0], ['cpu9', 5], ['cpu10', 2]]);
});

test('tables with different times are joined on all of them', () => {
  const data = joinTables([
    { table: tableOf({ a: [[1, 1], [2, 2]] }), name },
    { table: tableOf({ b: [[2, 5], [3, 6]] }), name },
  ]);
  expect(data.times).toEqual([1, 2, 3]);
  expect(data.series.map(({ values }) => values)).toEqual([[1, 2, null], [null, 5, 6]]);
});

test('stacked rows are sums of those below', () => {
  const data = joinTables([{ table: tableOf({ a: [[1, 1], [2, 2]], b: [[1, 10], [2, 20]] }), name }]);
  expect(rows(data, true)).toEqual([[1, 2], [11, 22]]);
});

test('a series that comes and goes leaves no hole in the stack', () => {
  const data = joinTables([{ table: tableOf({ a: [[1, 1], [9, 1]], b: [[1, 10], [2, 20], [3, 30], [4, 40], [5, 50], [9, 60]] }), name }]);
  expect(plotArrays(data, true)).toEqual({
    times: [1, 2, 3, 4, 5, 6, 9],
    rows: [[1, 0, 0, 0, 0, null, 1], [11, 20, 30, 40, 50, null, 61]],
  });
});

test('mirrored series are drawn below zero', () => {
  const data = joinTables([{ table: tableOf({ a: [[1, 4]] }), name, mirrored: true }]);
  expect(rows(data)).toEqual([[-4]]);
  expect(data.series[0]?.values).toEqual([4]);
});

test('one lost frame is drawn through and an outage is not', () => {
  const data = joinTables([{ table: tableOf({ a: [[1, 1], [2, 2], [9, 9]], b: [[1, 1], [2, 1], [9, 1]] }), name }]);
  const { times, rows: drawn } = plotArrays(data, false);
  expect(times).toEqual([1, 2, 3, 9]);
  expect(drawn[0]).toEqual([1, 2, null, 9]);
  const short = joinTables([{ table: tableOf({ a: [[1, 1], [3, 3]], b: [[1, 1], [2, 1], [3, 1]] }), name }]);
  expect(rows(short)).toEqual([[1, 1, 3], [1, 1, 1]]);
});

test('the legend shows the newest value, or the one under the cursor', () => {
  const data = joinTables([{ table: tableOf({ a: [[10, 1], [11, 2], [12, 3]], b: [[10, 7]] }), name }]);
  const [a, b] = data.series;
  expect(valueAt(data, a!, null)).toBe(3);
  expect(valueAt(data, b!, null)).toBe(7);
  expect(valueAt(data, a!, 10.9)).toBe(2);
  expect(valueAt(data, a!, 40)).toBeNull();
  const ended = joinTables([{ table: tableOf({ a: [[10, 1]], b: [[10, 7], [14, 8]] }), name }]);
  expect(ended.series.map((series) => valueAt(ended, series, null))).toEqual([null, 8]);
});

test.each([
  [{ max: 1, spanMin: 0, stacked: true }, 0.2, 0.4, [0, 1]],
  [{ max: 1, spanMin: 0, stacked: true }, 0.2, 1.5, [0, 1.5]],
  [{ max: null, spanMin: 0.05, stacked: false }, 0, 0.01, [0, 0.05]],
  [{ max: null, spanMin: 0, stacked: false }, 0, 0, [0, 1]],
  [{ max: null, spanMin: 10, stacked: false }, -1, 100, [-10, 110]],
  [{ max: null, spanMin: 0, stacked: false }, 100, 101, [98.99, 102.01]],
  [{ max: null, spanMin: 0, stacked: false }, null, null, [0, 1]],
])('with %j values from %s to %s span %j', (settings, min, max, want) => {
  const [low, high] = valueRange(min, max, settings);
  expect(low).toBeCloseTo(want[0]!);
  expect(high).toBeCloseTo(want[1]!);
});

test('a click shows one series, again shows all, and with Ctrl adds and removes', () => {
  const all = ['a', 'b', 'c'];
  expect(toggled(null, all, 'a', false)).toEqual(new Set(['a']));
  expect(toggled(new Set(['a']), all, 'a', false)).toBeNull();
  expect(toggled(new Set(['a']), all, 'b', false)).toEqual(new Set(['b']));
  expect(toggled(null, all, 'a', true)).toEqual(new Set(['b', 'c']));
  expect(toggled(new Set(['b', 'c']), all, 'a', true)).toBeNull();
  expect(toggled(new Set(['a']), all, 'a', true)).toBeNull();
});

test.each([
  [[0, 1], 'ratio', [0, 1]],
  [[0, 24.7], 'number', [0, 30]],
  [[0, 3.465], 'number', [0, 4]],
  [[-3_000, 3_000], 'bytes_per_second', [-4_096, 4_096]],
] as const)('the span %j of %s begins and ends at ticks', ([low, high], unit, want) => {
  const [from, to] = toTicks([low, high], unit, 168);
  expect(from).toBeCloseTo(want[0]);
  expect(to).toBeCloseTo(want[1]);
});
