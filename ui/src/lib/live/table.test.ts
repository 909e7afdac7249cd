import { expect, test } from 'vitest';
import { lowerBound, SeriesTable, seriesKey } from './table';

const row = (name: string, value: number): { metric: Record<string, string>; value: number } => ({ metric: { name }, value });
const columns = (table: SeriesTable): unknown[] => [...table.columns.values()].map(({ values }) => values);

test('live moments are appended and a series that comes later begins with holes', () => {
  const table = new SeriesTable(1);
  table.insert(10.2, [row('a', 1)]);
  table.insert(11.1, [row('a', 2), row('b', 7)]);
  expect(table.times).toEqual([10, 11]);
  expect(columns(table)).toEqual([[1, 2], [null, 7]]);
});

test('a moment that comes twice is overwritten', () => {
  const table = new SeriesTable(1);
  table.insert(10, [row('a', 1)]);
  table.insert(10.3, [row('a', 5)]);
  expect(table.times).toEqual([10]);
  expect(columns(table)).toEqual([[5]]);
});

test('history that arrives after the first live moment goes before it', () => {
  const table = new SeriesTable(5);
  table.insert(20, [row('a', 4)]);
  table.merge([{ metric: { name: 'a' }, points: [[5, 1], [10, 2], [20, 3]] }]);
  expect(table.times).toEqual([5, 10, 20]);
  expect(columns(table)).toEqual([[1, 2, 3]]);
});

test('values that are not finite are holes', () => {
  const table = new SeriesTable(1);
  table.insert(1, [row('a', NaN), row('b', Infinity)]);
  expect(columns(table)).toEqual([[null], [null]]);
});

test('what is older than the window is forgotten, with series that have nothing left', () => {
  const table = new SeriesTable(1);
  table.insert(1, [row('gone', 1), row('a', 1)]);
  table.insert(2, [row('a', 2)]);
  table.trim(2);
  expect(table.times).toEqual([2]);
  expect([...table.columns.values()].map(({ metric }) => metric['name'])).toEqual(['a']);
});

test('keys of label sets do not depend on the order of labels, and differ for different sets', () => {
  expect(seriesKey({ a: '1', b: '2' })).toBe(seriesKey({ b: '2', a: '1' }));
  expect(seriesKey({ a: '1,b="2"' })).not.toBe(seriesKey({ a: '1', b: '2' }));
});

test('the lower bound is the first time not before', () => {
  expect([0, 10, 11, 30, 31].map((time) => lowerBound([10, 20, 30], time))).toEqual([0, 0, 1, 2, 3]);
});
