/** Runs Explore's query and holds its answer; a newer run replaces an older one. */
import { ApiError, describeError, isAbort } from '../../api/http';
import { queryInstant, queryRange, type InstantResult, type RangeSeries } from '../../api/query';
import { joinTables, type ChartData } from '../../chart/data';
import { SeriesTable } from '../../lib/live/table';
import { errorSpan, parseQueryError, type QueryError } from '../../lib/promql/position';
import { formatMetric } from '../../lib/promql/labels';
import type { TimeRange } from '../../lib/range';
import type { ResultView } from './address';

/** More lines than this are a grey mass; the table still shows all. */
export const SERIES_DRAWN_MAX = 100;

export type Answer =
  | { kind: 'graph'; data: ChartData; range: TimeRange; seriesCount: number }
  | { kind: 'table'; result: InstantResult; /** Evaluated at, seconds since the epoch. */ time: number };

export interface Run {
  query: string;
  view: ResultView;
  range: TimeRange & { stepSeconds: number };
}

export class QueryResult {
  answer = $state.raw<Answer | null>(null);
  error = $state.raw<QueryError | null>(null);
  /** The part of the query the error is about. */
  errorSpan = $state.raw<{ from: number; to: number } | null>(null);
  warnings = $state.raw<string[]>([]);
  infos = $state.raw<string[]>([]);
  running = $state(false);
  tookSeconds = $state(0);
  /** Attempts in a row that had no answer at all; what is shown is then the last answer to the same question. */
  unanswered = $state(0);
  /** The query the answer belongs to. */
  query = $state('');
  private abort: AbortController | null = null;

  async run(run: Run): Promise<void> {
    this.cancel();
    const abort = new AbortController();
    this.abort = abort;
    this.running = true;
    const started = performance.now();
    try {
      const { data, warnings, infos } = await ask(run, abort.signal);
      if (abort.signal.aborted) return;
      this.unanswered = 0;
      this.settle(run.query, data, null);
      this.warnings = warnings;
      this.infos = infos;
      this.tookSeconds = (performance.now() - started) / 1000;
    } catch (cause) {
      if (abort.signal.aborted || isAbort(cause)) return;
      this.fail(run.query, cause);
    }
    this.running = false;
  }

  cancel(): void {
    this.abort?.abort();
    this.running = false;
  }

  private fail(query: string, cause: unknown): void {
    const unreachable = cause instanceof ApiError && cause.kind === 'network';
    this.unanswered = unreachable ? this.unanswered + 1 : 0;
    const kept = unreachable && query === this.query ? this.answer : null;
    const placed = cause instanceof ApiError && cause.kind === 'bad_data';
    const error = placed ? parseQueryError(cause.message) : { message: describeError(cause), place: null };
    this.settle(query, kept, error);
  }

  private settle(query: string, answer: Answer | null, error: QueryError | null): void {
    this.query = query;
    this.answer = answer;
    this.error = error;
    this.errorSpan = error?.place ? errorSpan(query, error.place) : null;
    this.warnings = [];
    this.infos = [];
  }
}

async function ask(run: Run, signal: AbortSignal): Promise<{ data: Answer; warnings: string[]; infos: string[] }> {
  const { query, view, range } = run;
  if (view === 'table') {
    const { data: result, ...notes } = await queryInstant(query, range.to, signal);
    return { data: { kind: 'table', result, time: range.to }, ...notes };
  }
  const { data: series, ...notes } = await queryRange({ query, ...range }, signal);
  return { data: { kind: 'graph', data: toChart(series, query, range.stepSeconds), range, seriesCount: series.length }, ...notes };
}

function toChart(series: RangeSeries[], query: string, step: number): ChartData {
  const table = new SeriesTable(step);
  table.merge(series.slice(0, SERIES_DRAWN_MAX));
  return joinTables([{ table, name: (metric) => (Object.keys(metric).length === 0 ? query : formatMetric(metric)) }]);
}
