/** How long to wait before the next attempt: 1 s, 2 s, 4 s, … up to 15 s, so that a server that starts is not overrun. */
const BACKOFF_MS_MIN = 1_000;
const BACKOFF_MS_MAX = 15_000;

/** Milliseconds to wait after so many failures in a row; none without a failure. */
export function backoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (failures - 1));
}
