import { expect, test } from 'vitest';
import { formatMetric, labelNames } from './labels';
import { errorSpan, parseQueryError } from './position';
import { guessUnit } from './unit';

test.each([
  ['1:5: parse error: unexpected ")"', { message: 'parse error: unexpected ")"', place: { line: 1, column: 5 } }],
  [
    'invalid parameter "query": 2:13: parse error: unknown function',
    { message: 'parse error: unknown function', place: { line: 2, column: 13 } },
  ],
  ['query timed out in expression evaluation', { message: 'query timed out in expression evaluation', place: null }],
])('the error %s is taken apart', (text, want) => {
  expect(parseQueryError(text)).toEqual(want);
});

test.each([
  ['sum(foo bar)', 1, 9, 'bar'],
  ['up +', 1, 5, '+'],
  ['up\n+ fooo(up)', 2, 3, 'fooo'],
  ['"äö" + )', 1, 10, ')'],
  ['up)', 1, 3, ')'],
  ['up', 7, 1, 'p'],
])('in %j the place %i:%i underlines %j', (query, line, column, want) => {
  const { from, to } = errorSpan(query, { line, column });
  expect(query.slice(from, to)).toBe(want);
});

test('an error in an empty query underlines nothing', () => {
  expect(errorSpan('', { line: 1, column: 1 })).toEqual({ from: 0, to: 0 });
});

test.each([
  ['node_memory_MemTotal_bytes', 'bytes'],
  ['sum by (job) (go_memstats_alloc_bytes{job="a/b"})', 'bytes'],
  ['sum by (device) (rate(node_network_receive_bytes_total[1m]))', 'bytes_per_second'],
  ['avg by (mode) (rate(node_cpu_seconds_total{mode!="idle"}[1m]))', 'ratio'],
  ['rate(http_requests_total[5m])', 'per_second'],
  ['topk(5, sextant_process_cpu_ratio)', 'ratio'],
  ['node_memory_MemFree_bytes / node_memory_MemTotal_bytes', 'number'],
  ['count(node_memory_MemFree_bytes)', 'number'],
  ['node_memory_MemFree_bytes + node_boot_time_seconds', 'number'],
  ['histogram_quantile(0.9, rate(latency_seconds_bucket[1m]))', 'number'],
  ['up', 'number'],
  ['', 'number'],
])('%s is measured in %s', (query, want) => {
  expect(guessUnit(query)).toBe(want);
});

test.each([
  [{ __name__: 'up', job: 'a', instance: 'b"c' }, 'up{instance="b\\"c", job="a"}'],
  [{ __name__: 'up' }, 'up'],
  [{}, '{}'],
  [{ mode: 'idle' }, '{mode="idle"}'],
])('labels %j are written as %s', (metric, want) => {
  expect(formatMetric(metric as Record<string, string>)).toBe(want);
});

test('the metric name is the first column', () => {
  expect(labelNames([{ b: '1', __name__: 'up' }, { a: '2' }])).toEqual(['__name__', 'a', 'b']);
});
