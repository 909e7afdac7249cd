/** `/api/v1/query` and `/api/v1/query_range`. */
import { postAnswer, type Answer } from './http';
import { list, number, object, oneOf, optional, record, sampleValue, ShapeError, text, type Shape } from './shape';

export type Labels = Record<string, string>;

export interface InstantSample {
  metric: Labels;
  /** Seconds since the Unix epoch. */
  time: number;
  /** Null for a native histogram, which `histogram` then describes. */
  value: number | null;
  histogram: HistogramSummary | null;
}

export interface HistogramSummary {
  count: number;
  sum: number;
}

export type InstantResult =
  | { kind: 'vector' | 'scalar'; samples: InstantSample[] }
  | { kind: 'matrix'; series: RangeSeries[] }
  | { kind: 'string'; text: string };

export interface RangeSeries {
  metric: Labels;
  points: [time: number, value: number][];
}

export const labels: Shape<Labels> = record(text);

function pair<T>(item: Shape<T>): Shape<[number, T]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== 2) throw new ShapeError(path, 'a time and a value', value);
    return [number(value[0], `${path}[0]`), item(value[1], `${path}[1]`)];
  };
}

const histogram = object<HistogramSummary>({ count: sampleValue, sum: sampleValue });
const floatPair = pair(sampleValue);

const vectorRow = object<{ metric: Labels; value: [number, number] | null; histogram: [number, HistogramSummary] | null }>({
  metric: labels,
  value: optional<[number, number] | null>(floatPair, null),
  histogram: optional<[number, HistogramSummary] | null>(pair(histogram), null),
});

const matrixRow = object<{ metric: Labels; values: [number, number][] }>({
  metric: labels,
  values: optional(list(floatPair), []),
});

const envelope = object<{ resultType: 'vector' | 'matrix' | 'scalar' | 'string' }>({
  resultType: oneOf('vector', 'matrix', 'scalar', 'string'),
});

/** Checks the `data` of an instant query. */
export const instantResult: Shape<InstantResult> = (value, path) => {
  const { resultType } = envelope(value, path);
  const result: unknown = (value as { result?: unknown }).result;
  const at = `${path}.result`;
  switch (resultType) {
    case 'vector':
      return { kind: 'vector', samples: list(vectorRow)(result, at).map(toSample) };
    case 'matrix':
      return { kind: 'matrix', series: toSeries(result, at) };
    case 'scalar': {
      const [time, scalar] = floatPair(result, at);
      return { kind: 'scalar', samples: [{ metric: {}, time, value: scalar, histogram: null }] };
    }
    case 'string':
      return { kind: 'string', text: pair(text)(result, at)[1] };
  }
};

function toSample(row: ReturnType<typeof vectorRow>): InstantSample {
  const time = row.value?.[0] ?? row.histogram?.[0] ?? 0;
  return { metric: row.metric, time, value: row.value?.[1] ?? null, histogram: row.histogram?.[1] ?? null };
}

function toSeries(result: unknown, path: string): RangeSeries[] {
  return list(matrixRow)(result, path).map((row) => ({ metric: row.metric, points: row.values }));
}

/** Checks the `data` of a range query, which is always a matrix. */
export const rangeResult: Shape<RangeSeries[]> = (value, path) => {
  const parsed = instantResult(value, path);
  if (parsed.kind !== 'matrix') throw new ShapeError(`${path}.resultType`, 'matrix', parsed.kind);
  return parsed.series;
};

/** Evaluates `query` at `time` (seconds), or now. */
export function queryInstant(query: string, time: number | null, signal?: AbortSignal): Promise<Answer<InstantResult>> {
  const at: Record<string, string> = time === null ? {} : { time: String(time) };
  return postAnswer('/api/v1/query', { query, ...at }, instantResult, signal);
}

export interface RangeRequest {
  query: string;
  /** Seconds since the Unix epoch, both ends included. */
  from: number;
  to: number;
  stepSeconds: number;
}

/** Evaluates a query at every step of a range. */
export function queryRange(request: RangeRequest, signal?: AbortSignal): Promise<Answer<RangeSeries[]>> {
  const { query, from, to, stepSeconds } = request;
  const parameters = { query, start: String(from), end: String(to), step: String(stepSeconds) };
  return postAnswer('/api/v1/query_range', parameters, rangeResult, signal);
}
