/**
 * A feed is one query with its history: filled by a range query, continued by the live stream,
 * and filled again where frames were missed. Framework-free; views wrap it.
 */
import type { RangeRequest, RangeSeries } from '../../api/query';
import type { LiveRow } from '../../api/live';
import type { LiveListener } from './client';
import { SeriesTable } from './table';
import { snap } from '../range';

export interface FeedSpec {
  query: string;
  windowSeconds: number;
  stepSeconds: number;
}

export interface FeedSources {
  subscribe(query: string, intervalMs: number, listener: LiveListener): () => void;
  range(request: RangeRequest, signal: AbortSignal): Promise<RangeSeries[]>;
  /** Seconds since the Unix epoch by the server's clock, as well as it is known. */
  now(): number;
}

export type FeedState = { kind: 'loading' } | { kind: 'ready' } | { kind: 'failed'; message: string };

export class Feed {
  readonly table: SeriesTable;
  state: FeedState = { kind: 'loading' };
  private unsubscribe: (() => void) | null = null;
  private abort: AbortController | null = null;

  constructor(
    readonly spec: FeedSpec,
    private readonly sources: FeedSources,
    private readonly changed: (feed: Feed) => void,
  ) {
    this.table = new SeriesTable(spec.stepSeconds);
  }

  /** Begins, or goes on after `stop`, reading what was missed meanwhile. */
  start(): void {
    if (this.unsubscribe !== null) return;
    this.unsubscribe = this.sources.subscribe(this.spec.query, this.spec.stepSeconds * 1000, {
      frame: (time, rows) => this.frame(time, rows),
      failed: (message) => this.settle({ kind: 'failed', message }),
      resumed: () => void this.fill(),
    });
    void this.fill();
  }

  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.abort?.abort();
  }

  private frame(time: number, rows: LiveRow[]): void {
    this.table.insert(time, rows);
    this.table.trim(time - this.spec.windowSeconds - this.spec.stepSeconds);
    this.settle({ kind: 'ready' });
  }

  private async fill(): Promise<void> {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    const { query, windowSeconds, stepSeconds } = this.spec;
    const to = snap(this.sources.now(), stepSeconds);
    // A live frame may already have arrived, so the table's last time says nothing about the history before it.
    const from = snap(to - windowSeconds, stepSeconds);
    try {
      const series = await this.sources.range({ query, from, to, stepSeconds }, abort.signal);
      if (abort.signal.aborted) return;
      this.table.merge(series);
      this.settle({ kind: 'ready' });
    } catch (cause) {
      if (abort.signal.aborted) return;
      this.settle({ kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
    }
  }

  private settle(state: FeedState): void {
    this.state = state;
    this.changed(this);
  }
}
