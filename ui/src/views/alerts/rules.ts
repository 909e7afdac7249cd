/** What the alerts page and the navigation derive from the rule groups. */
import type { ActiveAlert, AlertingRule, AlertState, Rule, RuleGroup } from '../../api/rules';

export type StateFilter = 'all' | AlertState;

const RANK: Readonly<Record<AlertState, number>> = { firing: 0, unknown: 1, pending: 2, inactive: 3 };

export function alertingRules(groups: readonly RuleGroup[]): AlertingRule[] {
  return groups.flatMap((group) => group.rules.filter((rule): rule is AlertingRule => rule.type === 'alerting'));
}

export interface AlertTotals {
  firing: number;
  pending: number;
  /** Firing alerts, each name once. */
  firingNames: string[];
  /** Whether a firing alert is more than a warning. */
  critical: boolean;
}

/** Values of the label `severity` that do not call for someone at once. */
const MILD_SEVERITIES = ['info', 'none', 'notice', 'warning'];

/** Counts alerts, not rules: one rule may have many. */
export function alertTotals(groups: readonly RuleGroup[]): AlertTotals {
  const rules = alertingRules(groups);
  const inState = (state: AlertState): number =>
    rules.reduce((sum, rule) => sum + rule.alerts.filter((alert) => alert.state === state).length, 0);
  return {
    firing: inState('firing'),
    pending: inState('pending'),
    firingNames: [...new Set(rules.filter((rule) => rule.state === 'firing').map((rule) => rule.name))],
    critical: rules.some((rule) => rule.alerts.some(isCritical)),
  };
}

function isCritical(alert: ActiveAlert): boolean {
  return alert.state === 'firing' && !MILD_SEVERITIES.includes(alert.labels['severity'] ?? '');
}

export function countByState(groups: readonly RuleGroup[]): Record<StateFilter, number> {
  const counts: Record<StateFilter, number> = { all: 0, firing: 0, pending: 0, inactive: 0, unknown: 0 };
  for (const rule of alertingRules(groups)) {
    counts.all += 1;
    counts[rule.state] += 1;
  }
  return counts;
}

/** Groups with the rules that match; active rules first, and groups with active rules before others. */
export function filterGroups(groups: readonly RuleGroup[], state: StateFilter, search: string): RuleGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return groups
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => matches(rule, group, state, words)).sort(byUrgency) }))
    .filter((group) => group.rules.length > 0)
    .sort((a, b) => urgency(a.rules[0]) - urgency(b.rules[0]));
}

function matches(rule: Rule, group: RuleGroup, state: StateFilter, words: readonly string[]): boolean {
  if (state !== 'all' && (rule.type !== 'alerting' || rule.state !== state)) return false;
  const labels = Object.entries(rule.labels).map(([name, value]) => `${name}=${value}`);
  const haystack = [rule.name, rule.query, group.name, ...labels].join(' ').toLowerCase();
  return words.every((word) => haystack.includes(word));
}

function urgency(rule: Rule | undefined): number {
  return rule?.type === 'alerting' ? RANK[rule.state] : 9;
}

function byUrgency(a: Rule, b: Rule): number {
  return urgency(a) - urgency(b);
}

/** Alerts of a rule, firing before pending, the longest active first. */
export function sortAlerts(alerts: readonly ActiveAlert[]): ActiveAlert[] {
  return alerts.slice().sort((a, b) => RANK[a.state] - RANK[b.state] || (a.activeAt ?? 0) - (b.activeAt ?? 0));
}
