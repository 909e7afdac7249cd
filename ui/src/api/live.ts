/** The frames of the WebSocket `/api/v1/live`. */
import { labels, type Labels } from './query';
import { list, number, object, optional, sampleValue, text } from './shape';

export interface LiveRow {
  metric: Labels;
  value: number;
}

export type LiveFrame =
  | { kind: 'data'; id: string; /** Seconds since the Unix epoch. */ time: number; rows: LiveRow[] }
  | { kind: 'error'; id: string; error: string };

const head = object<{ id: string; error: string }>({ id: optional(text, ''), error: optional(text, '') });
const data = object<{ time: number; result: LiveRow[] }>({
  time: number,
  result: list(object<LiveRow>({ metric: labels, value: sampleValue })),
});

/** Checks one text frame of the server. */
export function parseFrame(frame: string): LiveFrame {
  const body: unknown = JSON.parse(frame);
  const { id, error } = head(body, 'frame');
  if (error !== '') return { kind: 'error', id, error };
  const { time, result } = data(body, 'frame');
  return { kind: 'data', id, time, rows: result };
}

export function subscribeFrame(id: string, query: string, intervalMs: number): string {
  return JSON.stringify({ op: 'subscribe', id, query, interval_ms: intervalMs });
}

export function unsubscribeFrame(id: string): string {
  return JSON.stringify({ op: 'unsubscribe', id });
}

/** Opens the socket of this origin. */
export function openLiveSocket(): WebSocket {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(`${scheme}//${location.host}/api/v1/live`);
}
