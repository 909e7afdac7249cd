/** The one line that answers "is all well?". */
import { formatValue } from '../../lib/format/units';
import { text } from '../../lib/text';
import type { AlertTotals } from '../alerts/rules';
import type { Mount } from './filesystems';
import type { FigureSpec } from './panels';

export type HealthTone = 'ok' | 'warn' | 'bad' | 'unknown';

export interface HealthSummary {
  tone: HealthTone;
  title: string;
  /** What is wrong, most urgent first. */
  reasons: Reason[];
}

export interface Reason {
  text: string;
  /** The page that says more. */
  href: string | null;
}

export interface HealthInput {
  /** Null while the rules have not been read. */
  alerts: AlertTotals | null;
  /** Values are means of the last minute. */
  figures: readonly { spec: FigureSpec; value: number | null }[];
  mounts: readonly Mount[];
  targetsDown: number;
}

const FULL_RATIO = 0.9;
const NAMES_MAX = 3;

export function summarise({ alerts, figures, mounts, targetsDown }: HealthInput): HealthSummary {
  const firing = alerts === null || alerts.firing === 0 ? [] : [{ text: firingReason(alerts), href: '/alerts' }];
  const figuresAndMounts = [...figures.flatMap(highFigure), ...mounts.flatMap(fullMount)].map((reason) => ({ text: reason, href: null }));
  const down = targetsDown > 0 ? [{ text: text.app.downCount(targetsDown), href: '/targets' }] : [];
  const reasons = [...firing, ...figuresAndMounts, ...down];
  if (reasons.length > 0) return { tone: alerts?.critical === true ? 'bad' : 'warn', title: text.overview.attention, reasons };
  const known = figures.some(({ value }) => value !== null);
  return known
    ? { tone: 'ok', title: text.overview.well, reasons: [] }
    : { tone: 'unknown', title: text.overview.unknown, reasons: [] };
}

function firingReason(alerts: AlertTotals): string {
  const names = alerts.firingNames.slice(0, NAMES_MAX).join(', ');
  const more = alerts.firingNames.length > NAMES_MAX ? '…' : '';
  return `${text.overview.alertsFiring(alerts.firing)}: ${names}${more}`;
}

function highFigure({ spec, value }: { spec: FigureSpec; value: number | null }): string[] {
  const high = spec.high !== undefined && value !== null && value > spec.high;
  return high ? [text.overview.highLasting(spec.title, formatValue(value, spec.unit))] : [];
}

function fullMount(mount: Mount): string[] {
  return mount.usedRatio > FULL_RATIO ? [text.overview.high(mount.mountpoint, formatValue(mount.usedRatio, 'ratio'))] : [];
}
