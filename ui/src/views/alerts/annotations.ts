/** Which annotations of an alert are shown, and in which order. */
import type { Labels } from '../../api/query';

export type Annotation = readonly [key: string, value: string];

const FIRST = ['description', 'action'];

/** All but the summary, which is the alert's title: description, action, then the others by name. */
export function annotationsOf(annotations: Labels): Annotation[] {
  const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return Object.entries(annotations)
    .filter(([key, value]) => key !== 'summary' && value.trim() !== '')
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}

/** What several alerts of one rule have in common is said once, below them; what differs stays with each. */
export function splitAnnotations(alerts: readonly { annotations: Labels }[]): { own: Annotation[][]; shared: Annotation[] } {
  const all = alerts.map(({ annotations }) => annotationsOf(annotations));
  if (alerts.length < 2) return { own: all, shared: [] };
  const shared = (all[0] ?? []).filter(([key, value]) => alerts.every(({ annotations }) => annotations[key] === value));
  const keys = new Set(shared.map(([key]) => key));
  return { own: all.map((annotations) => annotations.filter(([key]) => !keys.has(key))), shared };
}

/** The address an annotation consists of; null for text and for every scheme but http and https. */
export function linkOf(value: string): string | null {
  const trimmed = value.trim();
  if (!/^https?:\/\/\S+$/i.test(trimmed)) return null;
  return URL.canParse(trimmed) ? trimmed : null;
}
