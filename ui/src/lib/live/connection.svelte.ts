/** The one live connection of the page, and what the status shown in the top bar is made of. */
import { openLiveSocket } from '../../api/live';
import { queryInstant, queryRange } from '../../api/query';
import type { LiveRow } from '../../api/live';
import { LiveClient, type LiveListener, type LiveStatus } from './client';
import { retryFailed } from '../polled.svelte';
import type { FeedSources } from './feed';

/** A difference between the clocks of browser and server that is worth correcting. */
const CLOCK_SKEW_SECONDS = 5;
const STALE_AFTER_SECONDS = 10;

class Connection {
  status = $state<LiveStatus>('connecting');
  paused = $state(false);
  /** Server time of the newest frame, seconds since the epoch. */
  lastFrame = $state<number | null>(null);
  /** Whether frames that should have come are missing. */
  stale = $state(false);
  private receivedAt = 0;
  private skew = 0;

  private readonly client = new LiveClient(
    {
      open: openLiveSocket,
      poll: pollOnce,
      after: (milliseconds, work) => {
        const timer = setTimeout(work, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    (status) => {
      this.status = status;
      if (status === 'live') retryFailed();
    },
  );

  readonly sources: FeedSources = {
    subscribe: (query, intervalMs, listener) => this.client.subscribe(query, intervalMs, this.watched(listener)),
    range: async (request, signal) => (await queryRange(request, signal)).data,
    now: () => this.now(),
  };

  /** Whether what is shown is the last that came, and no longer the present. */
  get outdated(): boolean {
    return !this.paused && (this.stale || this.status === 'reconnecting');
  }

  /** Seconds since the epoch by the server's clock. */
  now(): number {
    return Date.now() / 1000 + this.skew;
  }

  /** To be called now and then while a view expects a frame every second. */
  checkFreshness(): void {
    this.stale = this.receivedAt > 0 && Date.now() / 1000 - this.receivedAt > STALE_AFTER_SECONDS;
  }

  private watched(listener: LiveListener): LiveListener {
    return {
      ...listener,
      frame: (time, rows) => {
        this.observe(time);
        listener.frame(time, rows);
      },
    };
  }

  private observe(time: number): void {
    const here = Date.now() / 1000;
    this.receivedAt = here;
    this.stale = false;
    if (this.lastFrame === null || time > this.lastFrame) this.lastFrame = time;
    const skew = time - here;
    this.skew = Math.abs(skew) > CLOCK_SKEW_SECONDS ? skew : 0;
  }
}

async function pollOnce(query: string): Promise<{ time: number; rows: LiveRow[] }> {
  const { data } = await queryInstant(query, null);
  if (data.kind !== 'vector' && data.kind !== 'scalar') throw new Error('only vectors and scalars can be followed live');
  const rows = data.samples.flatMap(({ metric, value }) => (value === null ? [] : [{ metric, value }]));
  return { time: data.samples[0]?.time ?? Date.now() / 1000, rows };
}

export const connection = new Connection();
