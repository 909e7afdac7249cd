/** What the alerts page and the navigation derive from the rule groups. */
import type { ActiveAlert, AlertingRule, AlertState, Rule, RuleGroup } from '../../api/rules';
import type { Labels } from '../../api/query';
import { isUrgent, severityRank } from './severity';

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
  return alert.state === 'firing' && isUrgent(alert.labels);
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
  const alerts = rule.type === 'alerting' ? rule.alerts.flatMap((alert) => [...pairs(alert.labels), ...Object.values(alert.annotations)]) : [];
  const haystack = [rule.name, rule.query, group.name, ...pairs(rule.labels), ...alerts].join(' ').toLowerCase();
  return words.every((word) => haystack.includes(word));
}

function pairs(labels: Labels): string[] {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
}

function urgency(rule: Rule | undefined): number {
  return rule?.type === 'alerting' ? RANK[rule.state] : 9;
}

function byUrgency(a: Rule, b: Rule): number {
  return urgency(a) - urgency(b);
}

export interface FiringRule {
  rule: AlertingRule;
  group: string;
}

/** Takes what fires out of its groups: the most severe first, then what has fired longest. */
export function takeFiring(groups: readonly RuleGroup[]): { firing: FiringRule[]; rest: RuleGroup[] } {
  const fires = (rule: Rule): rule is AlertingRule => rule.type === 'alerting' && rule.state === 'firing';
  const firing = groups.flatMap((group) => group.rules.filter(fires).map((rule) => ({ rule, group: group.name })));
  const rest = groups.map((group) => ({ ...group, rules: group.rules.filter((rule) => !fires(rule)) }));
  firing.sort((a, b) => firingSeverity(a.rule) - firingSeverity(b.rule) || firingSince(a.rule) - firingSince(b.rule));
  return { firing, rest: rest.filter((group) => group.rules.length > 0) };
}

function firingSeverity(rule: AlertingRule): number {
  return Math.min(...rule.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => severityRank(labels)));
}

function firingSince(rule: AlertingRule): number {
  return Math.min(...rule.alerts.filter(({ state }) => state === 'firing').map(({ activeAt }) => activeAt ?? 0));
}

/** Alerts of a rule, firing before pending, the most severe first, then the longest active. */
export function sortAlerts(alerts: readonly ActiveAlert[]): ActiveAlert[] {
  return alerts.slice().sort((a, b) => RANK[a.state] - RANK[b.state] || severityRank(a.labels) - severityRank(b.labels) || (a.activeAt ?? 0) - (b.activeAt ?? 0));
}
