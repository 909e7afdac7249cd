/** Times and durations for people. Every time is in seconds since the Unix epoch, shown in local time. */

const UNITS: readonly [string, number][] = [
  ['y', 31_536_000],
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

const pad = (value: number): string => String(value).padStart(2, '0');

/** `14:03:09` */
export function clockTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** `2026-11-20 14:03:09` */
export function fullTime(seconds: number): string {
  return `${isoDate(seconds)} ${clockTime(seconds)}`;
}

function isoDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** A tick label on a time axis, as short as the distance between ticks allows. */
export function tickTime(seconds: number, incrementSeconds: number): string {
  const date = new Date(seconds * 1000);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  if (incrementSeconds >= 86_400 || (midnight && incrementSeconds >= 3_600)) {
    return `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  }
  if (incrementSeconds >= 60) return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return clockTime(seconds);
}

/** The two largest units of a duration, e.g. `3 d 4 h`; below a minute whole seconds. */
export function formatDuration(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [name, size] of UNITS) {
    if (name === 'w' || parts.length === 2) continue;
    const count = Math.floor(rest / size);
    if (count === 0) {
      if (parts.length > 0) break;
      continue;
    }
    parts.push(`${count}\u202f${name === 'm' ? 'min' : name}`);
    rest -= count * size;
  }
  return parts.length > 0 ? parts.join(' ') : '0\u202fs';
}

/** A duration in PromQL's notation, e.g. `1h30m`. */
export function promDuration(seconds: number): string {
  let rest = Math.max(1, Math.round(seconds));
  let text = '';
  for (const [name, size] of UNITS) {
    if (name === 'y' || name === 'w') continue;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${name}`;
    rest -= count * size;
  }
  return text;
}

/** Seconds of a duration in PromQL's notation (`90`, `15s`, `1h30m`), or null when it is none. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return positive(Number(trimmed));
  if (!/^(\d+(ms|[smhdwy]))+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, count, unit] of trimmed.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    const size = unit === 'ms' ? 0.001 : (UNITS.find(([name]) => name === unit)?.[1] ?? 0);
    total += Number(count) * size;
  }
  return positive(total);
}

function positive(value: number): number | null {
  return value > 0 && Number.isFinite(value) ? value : null;
}

/** Value of a `datetime-local` input for a time. */
export function toLocalInput(seconds: number): string {
  return `${isoDate(seconds)}T${clockTime(seconds)}`;
}

/** Time of a `datetime-local` input's value, or null when it is empty or malformed. */
export function fromLocalInput(text: string): number | null {
  const milliseconds = new Date(text).getTime();
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}
