/** The present as state, for ages such as "12 s ago". */
const TICK_MS = 1_000;

/** Seconds since the epoch; moves once per second while an effect that reads it is alive. */
export class Ticker {
  seconds = $state(Date.now() / 1000);

  /** Keeps ticking until the answer is called. */
  start(): () => void {
    const timer = setInterval(() => (this.seconds = Date.now() / 1000), TICK_MS);
    return () => clearInterval(timer);
  }
}
