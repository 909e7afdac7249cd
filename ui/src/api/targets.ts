/** `/api/v1/targets`: what is scraped and how that went. */
import { getAnswer } from './http';
import { labels, type Labels } from './query';
import { list, number, object, oneOf, optional, rfc3339, text } from './shape';

export type TargetHealth = 'up' | 'down' | 'unknown';

export interface Target {
  scrapePool: string;
  scrapeUrl: string;
  labels: Labels;
  discoveredLabels: Labels;
  health: TargetHealth;
  lastError: string;
  /** Seconds since the Unix epoch; null before the first scrape. */
  lastScrape: number | null;
  /** Seconds. */
  lastScrapeDuration: number;
  scrapeInterval: string;
}

const target = object<Target>({
  scrapePool: text,
  scrapeUrl: text,
  labels,
  discoveredLabels: optional(labels, {}),
  health: oneOf('up', 'down', 'unknown'),
  lastError: optional(text, ''),
  lastScrape: optional<number | null>(rfc3339, null),
  lastScrapeDuration: optional(number, 0),
  scrapeInterval: optional(text, ''),
});

export const activeTargets = object<{ activeTargets: Target[] }>({ activeTargets: list(target) });

export async function fetchTargets(signal?: AbortSignal): Promise<Target[]> {
  return (await getAnswer('/api/v1/targets', { state: 'active' }, activeTargets, signal)).data.activeTargets;
}
