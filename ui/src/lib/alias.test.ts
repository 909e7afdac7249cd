import { expect, test } from 'vitest';
import { aliasTarget } from './alias';

test.each([
  ['/graph', '?g0.expr=up%20%3D%3D%200&g0.tab=1', '/explore?q=up+%3D%3D+0&tab=table'],
  ['/graph/', '?g0.expr=%20rate(a[5m])&g0.tab=0&g0.range_input=1h', '/explore?q=rate%28a%5B5m%5D%29&range=1h'],
  ['/query', '?g0.expr=up&g0.tab=table&g1.expr=down', '/explore?q=up&tab=table'],
  ['/graph', '', '/explore'],
  ['/graphs', '?g0.expr=up', null],
  ['/', '', null],
])('%s%s is shown as %s', (path, search, want) => {
  expect(aliasTarget(path, search)).toBe(want);
});
