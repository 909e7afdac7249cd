/** Time windows, steps and rate windows: one place that decides how finely a span of time is read. */

export interface TimeRange {
  /** Seconds since the Unix epoch. */
  from: number;
  to: number;
}

export interface LiveWindow {
  readonly id: string;
  readonly seconds: number;
  /** Distance between points; also how often the server is asked to send a new one. */
  readonly stepSeconds: number;
}

/** The windows of the overview. Steps keep every chart below about a thousand points. */
export const LIVE_WINDOWS: readonly LiveWindow[] = [
  { id: '5m', seconds: 300, stepSeconds: 1 },
  { id: '15m', seconds: 900, stepSeconds: 1 },
  { id: '1h', seconds: 3_600, stepSeconds: 5 },
  { id: '6h', seconds: 21_600, stepSeconds: 30 },
  { id: '24h', seconds: 86_400, stepSeconds: 120 },
  { id: '7d', seconds: 604_800, stepSeconds: 900 },
];

/** The relative ranges Explore offers. */
export const EXPLORE_RANGES: readonly { id: string; seconds: number }[] = [
  { id: '5m', seconds: 300 },
  { id: '15m', seconds: 900 },
  { id: '1h', seconds: 3_600 },
  { id: '6h', seconds: 21_600 },
  { id: '24h', seconds: 86_400 },
  { id: '7d', seconds: 604_800 },
  { id: '30d', seconds: 2_592_000 },
];

const RATE_WINDOW_SECONDS_MIN = 10;
const POINTS_WANTED = 300;
/** The server refuses more than 11 000 points per series, as Prometheus does. */
export const POINTS_MAX = 11_000;
const ROUND_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

export function liveWindow(id: string | null): LiveWindow {
  return LIVE_WINDOWS.find((window) => window.id === id) ?? LIVE_WINDOWS[0]!;
}

/**
 * Window of `rate()` in seconds for points `stepSeconds` apart and samples `sampleSeconds` apart:
 * never narrower than ten 1 s samples, never skipping any, and with several samples in it.
 */
export function rateWindow(stepSeconds: number, sampleSeconds = 1): number {
  return Math.max(RATE_WINDOW_SECONDS_MIN, 4 * stepSeconds, 4 * sampleSeconds);
}

/** Share of a rate's window that must hold samples, and up to which length that is asked for. */
const COVERED_SHARE = 0.8;
const COVERED_SECONDS_MAX = 60;

/**
 * How many samples a rate's window must hold. `rate()` counts on a window that is filled: after an outage it yields a
 * fraction of the truth until it is. Long windows would take as long to say anything at all, so less is asked of them.
 */
export function samplesWanted(windowSeconds: number, sampleSeconds: number): number {
  return Math.max(2, Math.floor((COVERED_SHARE * Math.min(windowSeconds, COVERED_SECONDS_MAX)) / sampleSeconds));
}

/** A round step that gives a range a few hundred points. */
export function autoStep(rangeSeconds: number): number {
  const wanted = rangeSeconds / POINTS_WANTED;
  return ROUND_STEPS.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
}

/** `step` made large enough that the range stays within the server's limit of points. */
export function clampStep(stepSeconds: number, rangeSeconds: number): number {
  return Math.max(stepSeconds, Math.ceil(rangeSeconds / POINTS_MAX));
}

/** A time moved to the grid of multiples of `step`, so that feeds asked at different moments share their points. */
export function snap(seconds: number, step: number): number {
  return Math.round(seconds / step) * step;
}
