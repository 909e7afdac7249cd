/** What the label `severity` says, whichever of the usual words it uses. */
import type { Labels } from '../../api/query';

export const SEVERITY_LEVELS = ['critical', 'high', 'warning', 'info'] as const;
export type SeverityLevel = (typeof SEVERITY_LEVELS)[number];

const LEVEL_OF: Readonly<Record<string, SeverityLevel>> = {
  critical: 'critical', page: 'critical', emergency: 'critical', fatal: 'critical', disaster: 'critical',
  high: 'high', error: 'high', major: 'high',
  warning: 'warning', warn: 'warning', minor: 'warning', medium: 'warning', average: 'warning',
  info: 'info', information: 'info', notice: 'info', low: 'info', none: 'info',
};

/** An unknown word, or none, counts as high: better looked at once too often than overlooked. */
export function severityLevel(labels: Labels): SeverityLevel {
  return LEVEL_OF[(labels['severity'] ?? '').toLowerCase()] ?? 'high';
}

/** Smaller is more urgent. */
export function severityRank(labels: Labels): number {
  return SEVERITY_LEVELS.indexOf(severityLevel(labels));
}

/** Whether someone is called for at once. */
export function isUrgent(labels: Labels): boolean {
  return severityRank(labels) <= SEVERITY_LEVELS.indexOf('high');
}
