import { expect, test } from 'vitest';
import { clockTime, formatDuration, fromLocalInput, fullTime, parseDuration, promDuration, tickTime, toLocalInput } from './time';

const local = (text: string): number => new Date(text).getTime() / 1000;
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

test.each([
  ['90', 90],
  ['15s', 15],
  ['1h30m', 5_400],
  ['500ms', 0.5],
  ['2w', 1_209_600],
  [' 1d ', 86_400],
  ['', null],
  ['0', null],
  ['1 h', null],
  ['-5m', null],
  ['5x', null],
  ['m', null],
])('the duration "%s" is %s seconds', (text, want) => {
  expect(parseDuration(text)).toBe(want);
});

test.each([
  [15, '15s'],
  [5_400, '1h30m'],
  [604_800, '7d'],
  [0.2, '1s'],
])('%s seconds are %s in PromQL', (seconds, want) => {
  expect(promDuration(seconds)).toBe(want);
});

test.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [3_725, '1 h 2 min'],
  [3_605, '1 h'],
  [273_600, '3 d 4 h'],
  [-3, '0 s'],
])('%s seconds are said as %s', (seconds, want) => {
  expect(plain(formatDuration(seconds))).toBe(want);
});

test('ticks are as short as their distance allows', () => {
  const at = local('2026-03-04T14:05:09');
  expect(tickTime(at, 5)).toBe('14:05:09');
  expect(tickTime(at, 60)).toBe('14:05');
  expect(tickTime(at, 86_400)).toBe('03-04');
  expect(tickTime(local('2026-03-04T00:00:00'), 3_600)).toBe('03-04');
});

test('a time survives the way through a datetime field', () => {
  const at = local('2026-03-04T14:05:09');
  expect(toLocalInput(at)).toBe('2026-03-04T14:05:09');
  expect(fromLocalInput(toLocalInput(at))).toBe(at);
  expect(fromLocalInput('')).toBeNull();
});

test('a full time begins with the date', () => {
  const at = local('2026-03-04T04:05:09');
  expect([clockTime(at), fullTime(at)]).toEqual(['04:05:09', '2026-03-04 04:05:09']);
});
