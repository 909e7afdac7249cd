/** `/api/v1/rules`: alerting and recording rules with their states. */
import { getAnswer } from './http';
import { labels, type Labels } from './query';
import { list, number, object, oneOf, optional, rfc3339, sampleValue, text, type Shape } from './shape';

export type AlertState = 'firing' | 'pending' | 'inactive' | 'unknown';
export type RuleHealth = 'ok' | 'err' | 'unknown';

export interface ActiveAlert {
  labels: Labels;
  annotations: Labels;
  state: AlertState;
  /** Seconds since the Unix epoch. */
  activeAt: number | null;
  value: number;
}

interface RuleBase {
  name: string;
  query: string;
  labels: Labels;
  health: RuleHealth;
  lastError: string;
  /** Seconds. */
  evaluationTime: number;
  lastEvaluation: number | null;
}

export interface AlertingRule extends RuleBase {
  type: 'alerting';
  state: AlertState;
  /** Seconds the expression must hold before the alert fires. */
  duration: number;
  keepFiringFor: number;
  annotations: Labels;
  alerts: ActiveAlert[];
}

export interface RecordingRule extends RuleBase {
  type: 'recording';
}

export type Rule = AlertingRule | RecordingRule;

export interface RuleGroup {
  name: string;
  file: string;
  /** Seconds. */
  interval: number;
  rules: Rule[];
}

const state = oneOf<AlertState>('firing', 'pending', 'inactive', 'unknown');
const base = {
  name: text,
  query: text,
  labels: optional(labels, {}),
  health: optional(oneOf<RuleHealth>('ok', 'err', 'unknown'), 'unknown'),
  lastError: optional(text, ''),
  evaluationTime: optional(number, 0),
  lastEvaluation: optional<number | null>(rfc3339, null),
};

const activeAlert = object<ActiveAlert>({
  labels,
  annotations: optional(labels, {}),
  state,
  activeAt: optional<number | null>(rfc3339, null),
  value: sampleValue,
});

const alerting = object<AlertingRule>({
  ...base,
  type: oneOf('alerting'),
  state,
  duration: optional(number, 0),
  keepFiringFor: optional(number, 0),
  annotations: optional(labels, {}),
  alerts: optional(list(activeAlert), []),
});
const recording = object<RecordingRule>({ ...base, type: oneOf('recording') });
const kind = object<{ type: 'alerting' | 'recording' }>({ type: oneOf('alerting', 'recording') });

const rule: Shape<Rule> = (value, path) =>
  kind(value, path).type === 'alerting' ? alerting(value, path) : recording(value, path);

export const ruleGroups = object<{ groups: RuleGroup[] }>({
  groups: list(object<RuleGroup>({ name: text, file: optional(text, ''), interval: optional(number, 0), rules: list(rule) })),
});

export async function fetchRuleGroups(signal?: AbortSignal): Promise<RuleGroup[]> {
  return (await getAnswer('/api/v1/rules', {}, ruleGroups, signal)).data.groups;
}
