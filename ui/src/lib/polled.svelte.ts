/** Server state that is read again and again: the last good answer stays while a newer one cannot be had. */
import { describeError, isAbort } from '../api/http';
import { backoffMs } from './backoff';

const failing = new Set<Polled<unknown>>();

/** Reads at once what could not be read: the server answers again. */
export function retryFailed(): void {
  for (const polled of [...failing]) void polled.refresh();
}

export class Polled<T> {
  data = $state.raw<T | null>(null);
  /** Why the newest attempt failed; null when it did not. */
  error = $state<string | null>(null);
  private users = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | null = null;
  private failures = 0;

  constructor(
    private readonly read: (signal: AbortSignal) => Promise<T>,
    private readonly intervalMs: number,
  ) {}

  /** Keeps the data fresh until the answer is called. Views may share one instance. */
  use(): () => void {
    this.users += 1;
    if (this.users === 1) void this.refresh();
    return () => {
      this.users -= 1;
      if (this.users > 0) return;
      clearTimeout(this.timer);
      this.abort?.abort();
      failing.delete(this);
    };
  }

  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    try {
      this.data = await this.read(abort.signal);
      this.error = null;
      this.failures = 0;
      failing.delete(this);
    } catch (cause) {
      if (isAbort(cause)) return;
      this.error = describeError(cause);
      this.failures += 1;
      if (this.users > 0) failing.add(this);
    }
    const delayMs = Math.max(this.intervalMs, backoffMs(this.failures));
    if (this.users > 0) this.timer = setTimeout(() => void this.refresh(), delayMs);
  }
}
