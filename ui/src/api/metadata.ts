/** `/api/v1/metadata`, `/api/v1/labels`, `/api/v1/label/<name>/values` and `/api/v1/series`: what can be asked for. */
import { getAnswer } from './http';
import { labels, type Labels } from './query';
import { list, object, optional, record, text } from './shape';

export interface MetricMetadata {
  type: string;
  help: string;
  unit: string;
}

const metadata = record(
  list(object<MetricMetadata>({ type: text, help: optional(text, ''), unit: optional(text, '') })),
);

export async function fetchMetadata(signal?: AbortSignal): Promise<Record<string, MetricMetadata[]>> {
  return (await getAnswer('/api/v1/metadata', {}, metadata, signal)).data;
}

/** Label names, of the series that match `selector` if one is given. */
export async function fetchLabelNames(selector?: string, signal?: AbortSignal): Promise<string[]> {
  return (await getAnswer('/api/v1/labels', matching(selector), list(text), signal)).data;
}

/** Values of the label `name`, of the series that match `selector` if one is given. */
export async function fetchLabelValues(name: string, selector?: string, signal?: AbortSignal): Promise<string[]> {
  const path = `/api/v1/label/${encodeURIComponent(name)}/values`;
  return (await getAnswer(path, matching(selector), list(text), signal)).data;
}

export async function fetchSeries(selector: string, signal?: AbortSignal): Promise<Labels[]> {
  return (await getAnswer('/api/v1/series', matching(selector), list(labels), signal)).data;
}

function matching(selector: string | undefined): Record<string, string> {
  return selector === undefined ? {} : { 'match[]': selector };
}
