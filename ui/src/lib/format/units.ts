/** How values are written for people: SI for rates and counts, IEC (powers of 1024) for bytes. */
export type Unit = 'ratio' | 'bytes' | 'bytes_per_second' | 'per_second' | 'seconds' | 'number';

const SI = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
const IEC = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const SMALL = [
  { below: 1e-6, factor: 1e9, suffix: 'n' },
  { below: 1e-3, factor: 1e6, suffix: 'µ' },
  { below: 1, factor: 1e3, suffix: 'm' },
];
const SECOND_STEPS = [
  { from: 86_400, size: 86_400, suffix: 'd' },
  { from: 3_600, size: 3_600, suffix: 'h' },
  { from: 60, size: 60, suffix: 'min' },
  { from: 1, size: 1, suffix: 's' },
  { from: 1e-3, size: 1e-3, suffix: 'ms' },
  { from: 1e-6, size: 1e-6, suffix: 'µs' },
];

/** Narrow no-break space: keeps number and unit together without a wide hole. */
const THIN = '\u202f';

/** A value with its unit and about three significant digits, e.g. `1.25 GiB/s`. */
export function formatValue(value: number | null | undefined, unit: Unit, moreDigits = 0): string {
  const { number, suffix } = valueParts(value, unit, moreDigits);
  return suffix === '' ? number : number + THIN + suffix;
}

/** Number and unit apart, for a layout that sets them in two sizes. */
export function valueParts(value: number | null | undefined, unit: Unit, more = 0): { number: string; suffix: string } {
  if (value === null || value === undefined || Number.isNaN(value)) return { number: '–', suffix: '' };
  if (!Number.isFinite(value)) return { number: value > 0 ? '∞' : '−∞', suffix: '' };
  switch (unit) {
    case 'ratio':
      return { number: digits(value * 100, more), suffix: '%' };
    case 'bytes':
      return scaled(value, 1024, IEC, more);
    case 'bytes_per_second':
      return withSuffix(scaled(value, 1024, IEC, more), '/s');
    case 'per_second':
      return withSuffix(scaled(value, 1000, SI, more), '/s');
    case 'seconds':
      return secondsParts(value, more);
    case 'number':
      return numberParts(value, more);
  }
}

function withSuffix(parts: { number: string; suffix: string }, suffix: string): { number: string; suffix: string } {
  return { number: parts.number, suffix: parts.suffix + suffix };
}

function numberParts(value: number, more: number): { number: string; suffix: string } {
  const size = Math.abs(value);
  if (size >= 1e-2 || size === 0) return scaled(value, 1000, SI, more);
  const step = SMALL.find((candidate) => size < candidate.below);
  return step ? { number: digits(value * step.factor, more), suffix: step.suffix } : scaled(value, 1000, SI, more);
}

function scaled(value: number, base: number, suffixes: readonly string[], more: number): { number: string; suffix: string } {
  let rest = value;
  let index = 0;
  // 999.5 would be written as 1000: move on to the next suffix before that happens.
  while (Math.abs(rest) >= base - 0.5 && index < suffixes.length - 1) {
    rest /= base;
    index += 1;
  }
  return { number: digits(rest, more), suffix: suffixes[index] ?? '' };
}

function secondsParts(value: number, more: number): { number: string; suffix: string } {
  const size = Math.abs(value);
  if (size === 0) return { number: '0', suffix: 's' };
  const step = SECOND_STEPS.find((candidate) => size >= candidate.from);
  return step
    ? { number: digits(value / step.size, more), suffix: step.suffix }
    : { number: digits(value * 1e9, more), suffix: 'ns' };
}

/** Three significant digits, or `more`, without trailing zeros, and a real minus sign. */
function digits(value: number, more: number): string {
  const size = Math.abs(value);
  const places = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  const text = value.toFixed(places + more);
  const trimmed = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return trimmed === '-0' ? '0' : trimmed.replace('-', '−');
}

const MORE_DIGITS_MAX = 6;

/** Values side by side, as on an axis: with as many digits as it takes that different values read differently. */
export function formatTicks(values: readonly number[], unit: Unit): string[] {
  const different = new Set(values).size;
  for (let more = 0; ; more += 1) {
    const written = values.map((value) => formatValue(value, unit, more));
    if (new Set(written).size >= different || more === MORE_DIGITS_MAX) return written;
  }
}

/** A sample as PromQL prints it: all digits, nothing scaled. For tables where the exact value matters. */
export function formatExact(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}

/** Which increments an axis may use, so that its ticks are round in the unit they are written in. */
export function axisIncrements(unit: Unit): number[] {
  const binary = unit === 'bytes' || unit === 'bytes_per_second';
  const increments: number[] = [];
  if (binary) {
    for (let power = 0; power < 60; power += 1) increments.push(2 ** power);
    return increments;
  }
  for (let power = -9; power < 18; power += 1) {
    for (const head of [1, 2, 2.5, 5]) increments.push(Number(`${head}e${power}`));
  }
  return increments;
}
