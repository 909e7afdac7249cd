/** What a query's values are measured in, as far as its text says. */
import type { Unit } from '../format/units';

const NAME_UNITS: readonly [RegExp, Unit][] = [
  [/_bytes$/, 'bytes'],
  [/_seconds$/, 'seconds'],
  [/_ratio$/, 'ratio'],
];
const RATES: readonly [RegExp, Unit][] = [
  [/_bytes_total$/, 'bytes_per_second'],
  // A rate of seconds is a share of time, e.g. of CPU.
  [/_seconds_total$/, 'ratio'],
  [/_total$/, 'per_second'],
];
const CALL = /\b(i?rate)\s*\(\s*([a-zA-Z_:][\w:]*)/g;
const KEEPS_UNIT = /\b(sum|avg|min|max|topk|bottomk|quantile|avg_over_time|min_over_time|max_over_time|sort|sort_desc)\b/g;

/** `number` unless every metric of the query agrees and nothing in it changes the unit. */
export function guessUnit(query: string): Unit {
  const bare = query
    .replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '')
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, '');
  if (/[*/^%]|\bcount\b|\bchanges\b|==|[<>]/.test(bare)) return 'number';
  const rated = [...bare.matchAll(CALL)].map((match) => lookup(RATES, match[2] ?? ''));
  if (rated.length > 0) return agreed(rated);
  const names = [...bare.replace(KEEPS_UNIT, '').matchAll(/[a-zA-Z_:][\w:]*(?!\w*\s*\()/g)].map((match) => match[0]);
  const functions = /[a-zA-Z_]\w*\s*\(/.test(bare.replace(KEEPS_UNIT, ''));
  return functions ? 'number' : agreed(names.map((name) => lookup(NAME_UNITS, name)));
}

function lookup(table: readonly [RegExp, Unit][], name: string): Unit {
  return table.find(([pattern]) => pattern.test(name))?.[1] ?? 'number';
}

function agreed(units: readonly Unit[]): Unit {
  const [first, ...rest] = units;
  return first !== undefined && rest.every((unit) => unit === first) ? first : 'number';
}
