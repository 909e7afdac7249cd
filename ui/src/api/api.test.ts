import { expect, test } from 'vitest';
import { ApiError, parseAnswer } from './http';
import { parseFrame, subscribeFrame } from './live';
import { instantResult, rangeResult } from './query';
import { ruleGroups } from './rules';
import { list, object, optional, rfc3339, sampleValue, ShapeError, text } from './shape';
import { activeTargets } from './targets';

const success = (data: unknown, rest: object = {}): unknown => ({ status: 'success', data, ...rest });

test('a refusal becomes an error with the words and the kind of the server', () => {
  const body = { status: 'error', errorType: 'bad_data', error: '1:5: parse error: unexpected ")"' };
  const refused = (): unknown => parseAnswer(body, text);
  expect(refused).toThrow(ApiError);
  expect(refused).toThrow('1:5: parse error');
});

test('warnings and infos come with the data', () => {
  const answer = parseAnswer(success(['a'], { warnings: ['w'], infos: ['i'] }), list(text));
  expect(answer).toEqual({ data: ['a'], warnings: ['w'], infos: ['i'] });
  expect(parseAnswer(success([]), list(text))).toEqual({ data: [], warnings: [], infos: [] });
});

test('a wrong shape names the place', () => {
  const shape = object<{ rows: { name: string }[] }>({ rows: list(object<{ name: string }>({ name: text })) });
  const wrong = (): unknown => parseAnswer(success({ rows: [{ name: 'a' }, { name: 3 }] }), shape);
  expect(wrong).toThrow(ShapeError);
  expect(wrong).toThrow('data.rows[1].name should be a string but is a number');
});

test.each([
  ['0.5', 0.5],
  ['+Inf', Infinity],
  ['-Inf', -Infinity],
  ['NaN', NaN],
  ['1e-3', 0.001],
])('the sample %s is read', (written, want) => {
  expect(sampleValue(written, 'v')).toBe(want);
});

test.each(['', 'abc', 5, null])('the sample %j is refused', (written) => {
  expect(() => sampleValue(written, 'v')).toThrow(ShapeError);
});

test('a missing or null field takes its fallback, a wrong one does not', () => {
  expect([optional(text, 'x')(undefined, 'p'), optional(text, 'x')(null, 'p')]).toEqual(['x', 'x']);
  expect(() => optional(text, 'x')(4, 'p')).toThrow(ShapeError);
});

test('the zero time of Go means never', () => {
  expect(rfc3339('0001-01-01T00:00:00Z', 't')).toBeNull();
  expect(rfc3339('2026-01-01T00:00:00.5Z', 't')).toBe(1_767_225_600.5);
});

test('all four kinds of instant results are read', () => {
  const read = (resultType: string, result: unknown): unknown => instantResult({ resultType, result }, 'data');
  expect(read('vector', [{ metric: { a: 'b' }, value: [1, '2'] }])).toEqual({
    kind: 'vector',
    samples: [{ metric: { a: 'b' }, time: 1, value: 2, histogram: null }],
  });
  expect(read('vector', [{ metric: {}, histogram: [1, { count: '3', sum: '4', buckets: [] }] }])).toEqual({
    kind: 'vector',
    samples: [{ metric: {}, time: 1, value: null, histogram: { count: 3, sum: 4 } }],
  });
  expect(read('scalar', [1, '2'])).toMatchObject({ kind: 'scalar', samples: [{ value: 2 }] });
  expect(read('string', [1, 'text'])).toEqual({ kind: 'string', text: 'text' });
  expect(read('matrix', [{ metric: {}, values: [[1, '2']] }])).toEqual({ kind: 'matrix', series: [{ metric: {}, points: [[1, 2]] }] });
});

test('a range query must answer with a matrix', () => {
  expect(() => rangeResult({ resultType: 'vector', result: [] }, 'data')).toThrow('should be matrix');
});

test('rules of both kinds are read', () => {
  const common = { query: 'up == 0', health: 'ok', evaluationTime: 0.1, lastEvaluation: '2026-01-01T00:00:00Z', lastError: '' };
  const alert = { labels: { a: 'b' }, annotations: {}, state: 'firing', activeAt: '2026-01-01T00:00:00Z', value: '1e+00' };
  const { groups } = ruleGroups(
    {
      groups: [
        {
          name: 'g',
          file: 'f',
          interval: 5,
          rules: [
            { ...common, type: 'alerting', name: 'A', state: 'firing', duration: 60, alerts: [alert] },
            { ...common, type: 'recording', name: 'R' },
          ],
        },
      ],
    },
    'data',
  );
  expect(groups[0]?.rules).toMatchObject([
    { type: 'alerting', duration: 60, keepFiringFor: 0, alerts: [{ value: 1, state: 'firing' }] },
    { type: 'recording', name: 'R', labels: {} },
  ]);
});

test('a target before its first scrape has no last scrape', () => {
  const target = {
    scrapePool: 'p',
    scrapeUrl: 'http://a/metrics',
    labels: { job: 'p' },
    health: 'unknown',
    lastScrape: '0001-01-01T00:00:00Z',
  };
  expect(activeTargets({ activeTargets: [target] }, 'data').activeTargets[0]).toMatchObject({ lastScrape: null, lastError: '' });
});

test('live frames are data or an error', () => {
  expect(parseFrame('{"id":"a","time":1.5,"result":[{"metric":{},"value":"2"}]}')).toEqual({
    kind: 'data',
    id: 'a',
    time: 1.5,
    rows: [{ metric: {}, value: 2 }],
  });
  expect(parseFrame('{"id":"a","error":"bad","errorType":"bad_data"}')).toEqual({ kind: 'error', id: 'a', error: 'bad' });
  expect(() => parseFrame('{"id":"a"}')).toThrow(ShapeError);
});

test('a subscription is written as the server reads it', () => {
  expect(JSON.parse(subscribeFrame('a', 'up', 1000))).toEqual({ op: 'subscribe', id: 'a', query: 'up', interval_ms: 1000 });
});
