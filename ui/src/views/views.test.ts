import { expect, test } from 'vitest';
import type { AlertingRule, AlertState, RuleGroup } from '../api/rules';
import type { Target, TargetHealth } from '../api/targets';
import { annotationsOf, linkOf, splitAnnotations } from './alerts/annotations';
import { alertTotals, countByState, filterGroups, takeFiring } from './alerts/rules';
import { severityLevel } from './alerts/severity';
import { readAddress, resolveRange, writeAddress } from './explore/address';
import { readHistory, remember } from './explore/history';
import { sortRows, toClipboard, toTable } from './explore/rows';
import { statistics } from './explore/statistics';
import { readFilesystems } from './overview/filesystems';
import { summarise } from './overview/health';
import { chooseHost, hostName, sampleInterval, toHosts } from './overview/host';
import { FIGURES, queryContext } from './overview/panels';
import { readProcesses } from './overview/processes';
import { isHigh, newestValue, recentMean } from './overview/recent';
import type { ChartData } from '../chart/data';
import { countByHealth, filterTargets, toPools } from './targets/pools';

function rule(name: string, state: AlertState, severity = 'warning'): AlertingRule {
  const alert = { labels: { severity }, annotations: {}, state, activeAt: 1, value: 1 };
  const rest = { query: `${name}_expr`, labels: { severity }, lastError: '', evaluationTime: 0, lastEvaluation: null };
  const alerts = state === 'inactive' ? [] : [alert];
  return { type: 'alerting', name, state, health: 'ok', duration: 0, keepFiringFor: 0, annotations: {}, alerts, ...rest };
}
const group = (name: string, ...rules: AlertingRule[]): RuleGroup => ({ name, file: 'f', interval: 5, rules });
const GROUPS = [group('calm', rule('A', 'inactive')), group('loud', rule('B', 'inactive'), rule('C', 'firing'), rule('D', 'pending'))];

test('what fires comes first, in groups and among them', () => {
  const shown = filterGroups(GROUPS, 'all', '').map(({ name, rules }) => [name, rules.map((entry) => entry.name).join('')]);
  expect(shown).toEqual([['loud', 'CDB'], ['calm', 'A']]);
});

test('rules are found by state and by words in name, group, label or expression', () => {
  const names = (state: 'all' | AlertState, search: string): string[] =>
    filterGroups(GROUPS, state, search).flatMap(({ rules }) => rules.map((entry) => entry.name));
  expect(names('firing', '')).toEqual(['C']);
  expect(names('all', 'loud severity=warning')).toEqual(['C', 'D', 'B']);
  expect(names('all', 'a_EXPR')).toEqual(['A']);
  expect(names('all', 'nothing')).toEqual([]);
});

test('alerts are counted by state and judged by severity', () => {
  expect(countByState(GROUPS)).toEqual({ all: 4, firing: 1, pending: 1, inactive: 2, unknown: 0 });
  expect(alertTotals(GROUPS)).toEqual({ firing: 1, pending: 1, firingNames: ['C'], critical: false });
  expect(alertTotals([group('g', rule('X', 'firing', 'critical'))]).critical).toBe(true);
  expect(alertTotals([group('g', rule('X', 'pending', 'critical'))]).critical).toBe(false);
});

test('firing rules are taken out of their groups, the most severe first, then the longest', () => {
  const early = rule('early', 'firing', 'critical');
  early.alerts[0]!.activeAt = 0;
  const groups = [group('a', rule('info', 'firing', 'info'), rule('late', 'firing', 'critical')), group('b', early, rule('Q', 'inactive'))];
  const { firing, rest } = takeFiring(groups);
  expect(firing.map(({ rule: { name }, group: from }) => [from, name])).toEqual([['b', 'early'], ['a', 'late'], ['a', 'info']]);
  expect(rest.map(({ name, rules }) => [name, rules.map((entry) => entry.name)])).toEqual([['b', ['Q']]]);
});

test.each([['page', 'critical'], ['Warning', 'warning'], ['none', 'info'], ['sev-9', 'high'], ['', 'high']])(
  'severity "%s" is %s',
  (severity, want) => expect(severityLevel({ severity })).toBe(want),
);

test('annotations are ordered, and what alerts share is said once', () => {
  const of = (description: string): Record<string, string> => ({ zone: 'z', action: 'act', summary: 's', description });
  expect(annotationsOf(of('d')).map(([key]) => key)).toEqual(['description', 'action', 'zone']);
  const { own, shared } = splitAnnotations([{ annotations: of('one') }, { annotations: of('two') }]);
  expect(own).toEqual([[['description', 'one']], [['description', 'two']]]);
  expect(shared).toEqual([['action', 'act'], ['zone', 'z']]);
  expect(splitAnnotations([{ annotations: of('one') }]).shared).toEqual([]);
});

test.each([
  ['https://runbooks.example/a?b=c', 'https://runbooks.example/a?b=c'],
  [' http://x/ ', 'http://x/'],
  ['javascript:alert(1)', null],
  ['see https://x/ first', null],
  ['//x/', null],
])('the annotation "%s" links to %s', (value, want) => {
  expect(linkOf(value)).toBe(want);
});

const cpu = FIGURES.find(({ id }) => id === 'cpu')!;
const quiet = { alerts: null, figures: [{ spec: cpu, value: 0.2 }], mounts: [], targetsDown: 0 };

test('health is well only when something is known and nothing is wrong', () => {
  expect(summarise(quiet).tone).toBe('ok');
  expect(summarise({ ...quiet, figures: [{ spec: cpu, value: null }] }).tone).toBe('unknown');
  const high = summarise({ ...quiet, figures: [{ spec: cpu, value: 0.95 }] });
  expect(high).toMatchObject({ tone: 'warn', reasons: [{ text: 'CPU busy at 95\u202f% over the last minute' }] });
  expect(summarise({ ...quiet, targetsDown: 1 }).reasons[0]?.href).toBe('/targets');
  expect(summarise({ ...quiet, alerts: alertTotals([group('g', rule('X', 'firing', 'page'))]) }).tone).toBe('bad');
});

const HOSTS = toHosts([{ job: 'push', instance: 'web-10' }, { job: 'node', instance: 'web-9' }, { job: 'node', instance: 'web-10' }]);

test('hosts are listed as people count, and named by job only where the instance is not enough', () => {
  expect(HOSTS.map((host) => hostName(host, HOSTS))).toEqual(['web-9', 'web-10 (node)', 'web-10 (push)']);
});

test.each([
  [{ host: 'web-10', job: 'push' }, 'web-10', 'push'],
  [{ host: 'web-9', job: null }, 'web-9', 'node'],
  [{ host: 'gone', job: 'node' }, 'web-10', 'node'],
  [{ host: null, job: null }, 'web-10', 'node'],
])('the address %j shows host %s of %s', (wanted, instance, job) => {
  expect(chooseHost({ all: HOSTS, local: HOSTS[1]! }, wanted)).toEqual({ instance, job });
});

test('without a local host the first is shown', () => {
  expect(chooseHost({ all: HOSTS, local: null }, { host: null, job: null })?.instance).toBe('web-9');
  expect(chooseHost({ all: [], local: null }, { host: null, job: null })).toBeNull();
});

test('the distance of samples is their usual one', () => {
  expect(sampleInterval([0, 15, 30, 90, 105, 120.4])).toBe(15);
  expect(sampleInterval([7])).toBe(15);
});

test('a rate is shown only where its window is filled', () => {
  const network = FIGURES.find(({ id }) => id === 'network-in')!.expression(queryContext('job="a"', 1, 1));
  expect(network).toMatch(/^sum\(rate\(node_network_receive_bytes_total\{job="a",device.*\}\[10s\]\) and count_over_time\(.*\[10s\]\) >= 8\)$/);
});

function figureData(values: (number | null)[]): ChartData {
  const series = { key: 'a', label: 'a', color: 0, metric: {}, mirrored: false, faint: false, values };
  return { times: values.map((_, index) => 1_000 + index), series: [series], step: 1 };
}

test('a figure is judged by its last minute, not by a peak', () => {
  const peak = figureData([...Array<number>(99).fill(0.1), 1]);
  expect(newestValue(peak)).toBe(1);
  expect(isHigh({ high: 0.9 }, peak)).toBe(false);
  const lasting = figureData([...Array<number>(40).fill(0), ...Array<number>(60).fill(0.95)]);
  expect(isHigh({ high: 0.9 }, lasting)).toBe(true);
  expect(isHigh({}, lasting)).toBe(false);
  expect(recentMean(figureData([null]))).toBeNull();
});

test('a device mounted twice is one file system, at its shorter path', () => {
  const mount = (mountpoint: string, device: string, value: number): { metric: Record<string, string>; value: number } => ({
    metric: { mountpoint, device, fstype: 'ext4' },
    value,
  });
  const sizes = [mount('/etc/hosts', 'a', 100), mount('/', 'a', 100), mount('/data', 'b', 100), mount('/none', 'c', 0)];
  const free = [mount('/etc/hosts', 'a', 40), mount('/', 'a', 40), mount('/data', 'b', 5), mount('/none', 'c', 0)];
  expect(readFilesystems(sizes, free).map(({ mountpoint, usedRatio }) => [mountpoint, usedRatio])).toEqual([['/data', 0.95], ['/', 0.6]]);
});

test('processes are joined by name, the busiest first', () => {
  const of = (name: string, value: number): { metric: Record<string, string>; value: number } => ({ metric: { name }, value });
  expect(readProcesses([of('a', 0.1), of('b', 0.9)], [of('b', 5)], [of('a', 2)])).toEqual([
    { name: 'b', cpuRatio: 0.9, memoryBytes: 5, count: null },
    { name: 'a', cpuRatio: 0.1, memoryBytes: null, count: 2 },
  ]);
});

function target(scrapePool: string, health: TargetHealth): Target {
  const rest = { labels: { job: scrapePool }, discoveredLabels: {}, lastError: '', lastScrape: 1, lastScrapeDuration: 0, scrapeInterval: '1s' };
  return { scrapePool, health, scrapeUrl: `http://${scrapePool}/${health}`, ...rest };
}
const TARGETS = [target('b', 'up'), target('z', 'up'), target('z', 'down'), target('a', 'up')];

test('pools with trouble come first', () => {
  expect(toPools(TARGETS).map(({ name, up, targets }) => [name, up, targets[0]?.health])).toEqual([
    ['z', 1, 'down'],
    ['a', 1, 'up'],
    ['b', 1, 'up'],
  ]);
});

test('targets are found by health and words', () => {
  expect(filterTargets(TARGETS, 'down', '')).toHaveLength(1);
  expect(filterTargets(TARGETS, 'all', 'JOB=z up')).toHaveLength(1);
  expect(countByHealth(TARGETS)).toEqual({ all: 4, up: 3, down: 1, unknown: 0 });
});

test.each([
  '',
  'q=up&tab=table',
  'q=rate(a%5B5m%5D)&range=6h&step=1m&stacked=1',
  'q=up&from=100&to=200',
  'q=up&range=5m&live=1',
])('the address "%s" survives being read and written', (query) => {
  const written = Object.entries(writeAddress(readAddress(new URLSearchParams(query)))).filter(([, value]) => value !== null);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(new URLSearchParams(query)));
});

test('a fixed time is never live', () => {
  expect(readAddress(new URLSearchParams('q=up&from=1&to=2&live=1')).live).toBe(false);
});

test('a malformed address falls back to the last hour', () => {
  const state = readAddress(new URLSearchParams('range=abc&from=9&to=3&step=x'));
  expect(state).toMatchObject({ time: { kind: 'relative', seconds: 3_600 }, step: null });
});

test('a relative range ends on the grid of its step', () => {
  const { time } = readAddress(new URLSearchParams('range=1h'));
  expect(resolveRange({ time, step: null, view: 'graph', live: true }, 10_007)).toEqual({ from: 6_405, to: 10_005, stepSeconds: 15 });
  expect(resolveRange({ time, step: null, view: 'graph', live: false }, 10_007)).toEqual({ from: 6_407, to: 10_007, stepSeconds: 15 });
  expect(resolveRange({ time: { kind: 'absolute', from: 7, to: 307 }, step: 60, view: 'graph', live: false }, 0)).toEqual({ from: 7, to: 307, stepSeconds: 60 });
});

test('a table is evaluated at the present moment, or at the end of a fixed span', () => {
  const { time } = readAddress(new URLSearchParams('range=1h'));
  expect(resolveRange({ time, step: null, view: 'table', live: false }, 10_007).to).toBe(10_007);
  expect(resolveRange({ time: { kind: 'absolute', from: 7, to: 307 }, step: null, view: 'table', live: false }, 9_999).to).toBe(307);
});

function fakeStore(broken = false): Storage {
  const kept = new Map<string, string>();
  const setItem = (key: string, value: string): void => {
    if (broken) throw new Error('full');
    kept.set(key, value);
  };
  return { getItem: (key: string) => kept.get(key) ?? null, setItem, removeItem: (key: string) => kept.delete(key) } as unknown as Storage;
}

test('the history is newest first, without repeats, and bounded', () => {
  const store = fakeStore();
  for (let index = 0; index < 60; index += 1) remember(store, `q${index}`);
  expect(remember(store, ' q30 ').slice(0, 2)).toEqual(['q30', 'q59']);
  expect(readHistory(store)).toHaveLength(50);
});

test('a broken or foreign store does not break the history', () => {
  const store = fakeStore();
  store.setItem('sextant.queries', '{"a":1}');
  expect(readHistory(store)).toEqual([]);
  store.setItem('sextant.queries', 'not json');
  expect(readHistory(store)).toEqual([]);
  expect(remember(fakeStore(true), 'up')).toEqual(['up']);
});

const VECTOR = toTable({
  kind: 'vector',
  samples: [
    { metric: { __name__: 'm', cpu: '10' }, time: 1, value: 2, histogram: null },
    { metric: { __name__: 'm', cpu: '9' }, time: 1, value: NaN, histogram: null },
    { metric: { __name__: 'm', cpu: '1' }, time: 1, value: 30, histogram: null },
  ],
});

test('rows are sorted by value with NaN last from the top, or by label as people count', () => {
  const values = (column: string | null, descending: boolean): string[] =>
    sortRows(VECTOR.rows, { column, descending }).map(({ value }) => value);
  expect(values(null, true)).toEqual(['30', '2', 'NaN']);
  expect(values('cpu', false)).toEqual(['30', 'NaN', '2']);
});

test('a range of values is one row per series, sorted by its newest value', () => {
  const table = toTable({ kind: 'matrix', series: [{ metric: { a: 'x' }, points: [[1, 5], [2, 6]] }, { metric: { a: 'y' }, points: [[1, 9]] }] });
  expect(sortRows(table.rows, { column: null, descending: true }).map(({ points }) => points?.length)).toEqual([1, 2]);
  expect(table.rows[0]?.value.split('\n')).toHaveLength(2);
});

test('a copied table has a head line and one cell per column', () => {
  expect(toClipboard(VECTOR, VECTOR.rows.slice(0, 1))).toBe('__name__\tcpu\tValue\nm\t10\t2');
});

test('statistics leave holes out', () => {
  expect(statistics([1, null, 3])).toEqual({ last: 3, min: 1, mean: 2, max: 3 });
  expect(statistics([null])).toEqual({ last: null, min: null, mean: null, max: null });
});
