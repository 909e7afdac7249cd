/** Feeds as state of a view: charts and tables that move while they are shown. */
import { describeError, isAbort } from '../../api/http';
import { queryInstant } from '../../api/query';
import type { LiveRow } from '../../api/live';
import { EMPTY, joinTables, type Appearance, type ChartData } from '../../chart/data';
import { connection } from '../../lib/live/connection.svelte';
import { Feed, type FeedState } from '../../lib/live/feed';
import type { LiveWindow } from '../../lib/range';
import type { PanelQuery, QueryContext } from './panels';

/** Several queries drawn together. */
export class LiveChart {
  data = $state.raw<ChartData>(EMPTY);
  state = $state.raw<FeedState>({ kind: 'loading' });
  private readonly feeds: Feed[];
  private frame = 0;

  constructor(
    private readonly queries: readonly PanelQuery[],
    context: QueryContext,
    window: Pick<LiveWindow, 'seconds' | 'stepSeconds'>,
    private readonly appearance: Appearance = {},
  ) {
    const spec = { windowSeconds: window.seconds, stepSeconds: window.stepSeconds };
    this.feeds = queries.map(
      ({ expression }) => new Feed({ query: expression(context), ...spec }, connection.sources, () => this.schedule()),
    );
  }

  start(): void {
    this.feeds.forEach((feed) => feed.start());
  }

  stop(): void {
    this.feeds.forEach((feed) => feed.stop());
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  /** The feeds of one chart answer within the same moment: they are drawn together. */
  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const plotted = this.feeds.map((feed, index) => {
      const { name, mirrored = false } = this.queries[index]!;
      return { table: feed.table, name, mirrored };
    });
    this.data = joinTables(plotted, this.appearance);
    this.state = worst(this.feeds.map((feed) => feed.state));
  }
}

function worst(states: readonly FeedState[]): FeedState {
  const failed = states.find((state) => state.kind === 'failed');
  return failed ?? states.find((state) => state.kind === 'loading') ?? { kind: 'ready' };
}

/** The newest rows of one query. */
export class LiveRows {
  rows = $state.raw<LiveRow[] | null>(null);
  error = $state<string | null>(null);
  private unsubscribe: (() => void) | null = null;
  private abort: AbortController | null = null;

  constructor(
    private readonly query: string,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    if (this.unsubscribe !== null) return;
    this.unsubscribe = connection.sources.subscribe(this.query, this.intervalMs, {
      frame: (_time, rows) => this.show(rows),
      failed: (message) => (this.error = message),
      resumed: () => undefined,
    });
    if (this.rows === null) void this.readOnce();
  }

  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.abort?.abort();
  }

  private show(rows: LiveRow[]): void {
    this.rows = rows;
    this.error = null;
  }

  /** The first frame may be a whole interval away. */
  private async readOnce(): Promise<void> {
    this.abort = new AbortController();
    try {
      const { data } = await queryInstant(this.query, null, this.abort.signal);
      if (data.kind !== 'vector' || this.rows !== null) return;
      this.show(data.samples.flatMap(({ metric, value }) => (value === null ? [] : [{ metric, value }])));
    } catch (cause) {
      if (!isAbort(cause)) this.error = describeError(cause);
    }
  }
}
