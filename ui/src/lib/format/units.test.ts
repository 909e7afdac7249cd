import { expect, test } from 'vitest';
import { axisIncrements, formatExact, formatTicks, formatValue, type Unit } from './units';

const cases: [value: number | null, unit: Unit, want: string][] = [
  [0, 'bytes', '0 B'],
  [1023, 'bytes', '1023 B'],
  [1024, 'bytes', '1 KiB'],
  [1536, 'bytes', '1.5 KiB'],
  [1023.7 * 1024, 'bytes', '1 MiB'],
  [25_199_378_432, 'bytes', '23.5 GiB'],
  [1024 ** 7 * 3, 'bytes', '3072 EiB'],
  [65_536, 'bytes_per_second', '64 KiB/s'],
  [1_234, 'per_second', '1.23 k/s'],
  [0.355, 'ratio', '35.5 %'],
  [1, 'ratio', '100 %'],
  [0.000_04, 'ratio', '0 %'],
  [999.6, 'number', '1 k'],
  [12, 'number', '12'],
  [0.0012, 'number', '1.2 m'],
  [-0.25, 'number', '−0.25'],
  [-5_000_000, 'number', '−5 M'],
  [0.000_577, 'seconds', '577 µs'],
  [0.0804, 'seconds', '80.4 ms'],
  [90, 'seconds', '1.5 min'],
  [0, 'seconds', '0 s'],
  [null, 'bytes', '–'],
  [NaN, 'number', '–'],
  [Infinity, 'ratio', '∞'],
];

test.each(cases)('%s in %s is written as %s', (value, unit, want) => {
  expect(formatValue(value, unit).replaceAll('\u202f', ' ')).toBe(want);
});

test('an exact value keeps all digits and the names of special values', () => {
  expect([0.1 + 0.2, Infinity, -Infinity, NaN].map(formatExact)).toEqual(['0.30000000000000004', '+Inf', '-Inf', 'NaN']);
});

test('ticks of byte axes are powers of two and all others are decimal', () => {
  expect(axisIncrements('bytes')).toContain(1024);
  expect(axisIncrements('bytes')).not.toContain(1000);
  expect(axisIncrements('number')).toContain(0.25);
});

test('ticks that differ read differently', () => {
  expect(formatTicks([1_000_100, 1_000_200, 1_000_300], 'number')).toEqual(['1.0001\u202fM', '1.0002\u202fM', '1.0003\u202fM']);
  expect(formatTicks([0, 0.25, 0.25], 'ratio')).toEqual(['0\u202f%', '25\u202f%', '25\u202f%']);
});
