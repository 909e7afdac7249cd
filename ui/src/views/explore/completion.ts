/** What the editor's completion asks the server, each answer kept for a while. */
import { EqlRegex, EqlSingle, Neq, NeqRegex } from '@prometheus-io/lezer-promql';
import type { PrometheusClient } from '@prometheus-io/codemirror-promql/dist/esm/client/prometheus';
import type { Matcher } from '@prometheus-io/codemirror-promql/dist/esm/types';
import { fetchLabelNames, fetchLabelValues, fetchMetadata, fetchSeries } from '../../api/metadata';

const KEPT_MS = 60_000;

/** Remembers the answers of `read` per key; a failure yields `empty`. What is empty is not remembered: it may fill. */
function cached<T extends object>(read: (key: string) => Promise<T>, empty: T): (key: string) => Promise<T> {
  const kept = new Map<string, { at: number; answer: Promise<T> }>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined && performance.now() - known.at < KEPT_MS) return known.answer;
    const answer = read(key)
      .catch(() => empty)
      .then((found) => {
        if (Object.keys(found).length === 0) kept.delete(key);
        return found;
      });
    kept.set(key, { at: performance.now(), answer });
    return answer;
  };
}

export function completionClient(): PrometheusClient {
  const names = cached((selector) => fetchLabelNames(selector === '' ? undefined : selector), []);
  const values = cached((key) => {
    const [label = '', selector = ''] = key.split('\n');
    return fetchLabelValues(label, selector === '' ? undefined : selector);
  }, []);
  const metadata = cached(() => fetchMetadata(), {});
  const series = cached((selector) => fetchSeries(selector), []);
  return {
    labelNames: (metric) => names(metric === undefined || metric === '' ? '' : selectorOf(metric, [])),
    labelValues: (label, metric = '', matchers = []) => values(`${label}\n${selectorOf(metric, matchers, label)}`),
    metricMetadata: () => metadata(''),
    metricNames: () => values('__name__\n'),
    series: async (metric, matchers = [], label) => {
      const found = await series(selectorOf(metric, matchers, label));
      return found.map((labels) => new Map(Object.entries(labels)));
    },
    // Only used for durations configured by flags, which this server does not have.
    flags: () => Promise.resolve({}),
  };
}

/** A selector of the metric and the matchers written so far; the label being completed is left out. */
function selectorOf(metric: string, matchers: Matcher[], completing?: string): string {
  const parts = matchers.filter((matcher) => matcher.name !== completing && matcher.value !== '').map(writeMatcher);
  if (metric === '' && parts.length === 0) return '';
  return `${metric}{${parts.join(',')}}`;
}

const OPERATORS: Readonly<Record<number, string>> = { [EqlSingle]: '=', [Neq]: '!=', [EqlRegex]: '=~', [NeqRegex]: '!~' };

function writeMatcher(matcher: Matcher): string {
  return `${matcher.name}${OPERATORS[matcher.type] ?? '='}${JSON.stringify(matcher.value)}`;
}
