/** Requests to the Prometheus-style HTTP API and its envelope `{status, data, error, warnings, infos}`. */
import { list, object, oneOf, optional, text, type Shape } from './shape';

/** An answer the server refused, or no answer at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** Prometheus's error type, e.g. `bad_data` or `timeout`; `network` when there was no answer. */
    readonly kind: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface Answer<T> {
  data: T;
  warnings: string[];
  infos: string[];
}

const envelope = object<{ status: 'success' | 'error'; error: string; errorType: string; warnings: string[]; infos: string[] }>({
  status: oneOf('success', 'error'),
  error: optional(text, ''),
  errorType: optional(text, ''),
  warnings: optional(list(text), []),
  infos: optional(list(text), []),
});

/** Sends a GET and checks the answer's `data` with `shape`. */
export async function getAnswer<T>(
  path: string,
  parameters: Record<string, string> | URLSearchParams,
  shape: Shape<T>,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  const query = new URLSearchParams(parameters).toString();
  return send(query === '' ? path : `${path}?${query}`, { signal: signal ?? null }, shape);
}

/** Sends parameters as a form, for queries that may be longer than a URL. */
export async function postAnswer<T>(
  path: string,
  parameters: Record<string, string>,
  shape: Shape<T>,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  return send(path, { method: 'POST', body: new URLSearchParams(parameters), signal: signal ?? null }, shape);
}

async function send<T>(url: string, init: RequestInit, shape: Shape<T>): Promise<Answer<T>> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (isAbort(cause)) throw cause;
    throw new ApiError('the server does not answer', 'network');
  });
  const body: unknown = await response.json().catch((cause: unknown) => {
    if (isAbort(cause)) throw cause;
    throw new ApiError(`the server answered with status ${response.status}`, 'network');
  });
  return parseAnswer(body, shape);
}

/** The envelope's data, or an `ApiError` with the server's words. */
export function parseAnswer<T>(body: unknown, shape: Shape<T>): Answer<T> {
  const head = envelope(body, 'answer');
  if (head.status === 'error') throw new ApiError(head.error, head.errorType);
  const data = shape((body as { data?: unknown }).data, 'data');
  return { data, warnings: head.warnings, infos: head.infos };
}

/** Whether a failure only means that the caller lost interest. */
export function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError';
}

/** A failure in words for the page. */
export function describeError(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
