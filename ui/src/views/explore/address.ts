/** Explore's state as it stands in the address bar, so that every result has a link. */
import { parseDuration, promDuration } from '../../lib/format/time';
import { autoStep, clampStep, type TimeRange } from '../../lib/range';

export type ResultView = 'graph' | 'table';

export interface ExploreState {
  query: string;
  view: ResultView;
  /** Either the last so many seconds, or a fixed span. */
  time: { kind: 'relative'; seconds: number } | ({ kind: 'absolute' } & TimeRange);
  /** Seconds; null lets the range decide. */
  step: number | null;
  stacked: boolean;
  /** Asks again at every step; only for relative times. */
  live: boolean;
}

const RANGE_SECONDS_DEFAULT = 3_600;
/** How often a live table is asked for again. */
const TABLE_LIVE_SECONDS = 2;

export function readAddress(parameters: URLSearchParams): ExploreState {
  const time = readTime(parameters);
  return {
    query: (parameters.get('q') ?? '').trim(),
    view: parameters.get('tab') === 'table' ? 'table' : 'graph',
    time,
    step: parseDuration(parameters.get('step') ?? ''),
    stacked: parameters.get('stacked') === '1',
    live: time.kind === 'relative' && parameters.get('live') === '1',
  };
}

function readTime(parameters: URLSearchParams): ExploreState['time'] {
  const from = readSeconds(parameters.get('from'));
  const to = readSeconds(parameters.get('to'));
  if (from !== null && to !== null && from < to) return { kind: 'absolute', from, to };
  return { kind: 'relative', seconds: parseDuration(parameters.get('range') ?? '') ?? RANGE_SECONDS_DEFAULT };
}

function readSeconds(text: string | null): number | null {
  const value = Number(text);
  return text !== null && text !== '' && Number.isFinite(value) ? value : null;
}

/** Parameters for the address bar; what has its default value is left out. */
export function writeAddress(state: ExploreState): Record<string, string | null> {
  const { time } = state;
  const relative = time.kind === 'relative' && time.seconds !== RANGE_SECONDS_DEFAULT;
  return {
    q: state.query === '' ? null : state.query,
    tab: state.view === 'table' ? 'table' : null,
    range: relative ? promDuration(time.seconds) : null,
    from: time.kind === 'absolute' ? String(Math.round(time.from)) : null,
    to: time.kind === 'absolute' ? String(Math.round(time.to)) : null,
    step: state.step === null ? null : promDuration(state.step),
    stacked: state.stacked ? '1' : null,
    live: state.live && time.kind === 'relative' ? '1' : null,
  };
}

/** The span and step to ask for; `now` in seconds. */
export function resolveRange(
  state: Pick<ExploreState, 'time' | 'step' | 'view' | 'live'>,
  now: number,
): TimeRange & { stepSeconds: number } {
  const { time } = state;
  const seconds = time.kind === 'relative' ? time.seconds : time.to - time.from;
  const stepSeconds = clampStep(state.step ?? autoStep(seconds), seconds);
  // A table has one moment and no steps.
  if (state.view === 'table' && time.kind === 'relative') return { from: now - seconds, to: now, stepSeconds: TABLE_LIVE_SECONDS };
  if (time.kind === 'absolute') return { from: time.from, to: time.to, stepSeconds };
  // A live graph keeps to the step's grid, so that asking again a moment later yields the same points. Any other
  // ends now, so that what has just begun to be collected is seen however long the step is.
  const to = state.live ? Math.floor(now / stepSeconds) * stepSeconds : now;
  return { from: to - seconds, to, stepSeconds };
}
