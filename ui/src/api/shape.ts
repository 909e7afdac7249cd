/**
 * Checks of JSON at the edge: each answer is checked once and typed from then on.
 * A `Shape<T>` returns the value as `T` or throws a `ShapeError` that names the place.
 */
export type Shape<T> = (value: unknown, path: string) => T;

export class ShapeError extends Error {
  constructor(path: string, want: string, got: unknown) {
    super(`unexpected answer: ${path} should be ${want} but is ${describe(got)}`);
    this.name = 'ShapeError';
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

export const text: Shape<string> = (value, path) => {
  if (typeof value !== 'string') throw new ShapeError(path, 'a string', value);
  return value;
};

export const number: Shape<number> = (value, path) => {
  if (typeof value !== 'number') throw new ShapeError(path, 'a number', value);
  return value;
};

/** A sample value: Prometheus writes floats as strings, with `NaN`, `+Inf` and `-Inf`. */
export const sampleValue: Shape<number> = (value, path) => {
  const written = text(value, path);
  if (written === '+Inf' || written === 'Inf') return Infinity;
  if (written === '-Inf') return -Infinity;
  const parsed = Number(written);
  if (written.trim() === '' || (Number.isNaN(parsed) && written !== 'NaN')) {
    throw new ShapeError(path, 'a sample value', value);
  }
  return parsed;
};

/** An RFC 3339 time as seconds since the epoch; null for Go's zero time, which means "never". */
export const rfc3339: Shape<number | null> = (value, path) => {
  const written = text(value, path);
  if (written.startsWith('0001-')) return null;
  const milliseconds = Date.parse(written);
  if (Number.isNaN(milliseconds)) throw new ShapeError(path, 'a time', value);
  return milliseconds / 1000;
};

export function list<T>(item: Shape<T>): Shape<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'a list', value);
    return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`));
  };
}

export function record<T>(item: Shape<T>): Shape<Record<string, T>> {
  return (value, path) => {
    const result: Record<string, T> = {};
    for (const [key, entry] of Object.entries(fields(value, path))) result[key] = item(entry, `${path}.${key}`);
    return result;
  };
}

export function oneOf<T extends string>(...allowed: readonly T[]): Shape<T> {
  return (value, path) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw new ShapeError(path, `one of ${allowed.join(', ')}`, value);
    return found;
  };
}

/** `fallback` where the field is missing or null. */
export function optional<T>(item: Shape<T>, fallback: T): Shape<T> {
  return (value, path) => (value === undefined || value === null ? fallback : item(value, path));
}

export function object<T extends object>(shapes: { [K in keyof T]: Shape<T[K]> }): Shape<T> {
  return (value, path) => {
    const source = fields(value, path);
    const result: Partial<T> = {};
    for (const key of Object.keys(shapes) as (keyof T & string)[]) {
      result[key] = shapes[key](source[key], `${path}.${key}`);
    }
    return result as T;
  };
}

function fields(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(path, 'an object', value);
  return value as Record<string, unknown>;
}
