import { expect, test } from 'vitest';
import type { RangeRequest, RangeSeries } from '../../api/query';
import type { LiveListener } from './client';
import { Feed, type FeedSources } from './feed';

class Server {
  readonly asked: RangeRequest[] = [];
  listener: LiveListener | null = null;
  subscriptions = 0;
  answer: () => Promise<RangeSeries[]> = () => Promise.resolve([{ metric: {}, points: [[98, 1], [99, 2]] }]);

  readonly sources: FeedSources = {
    subscribe: (_query, _intervalMs, listener) => {
      this.listener = listener;
      this.subscriptions += 1;
      return () => (this.subscriptions -= 1);
    },
    range: (request) => {
      this.asked.push(request);
      return this.answer();
    },
    now: () => 100.4,
  };
}

const SPEC = { query: 'up', windowSeconds: 10, stepSeconds: 1 };
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('a feed begins with its history and goes on with the stream', async () => {
  const server = new Server();
  const feed = new Feed(SPEC, server.sources, () => undefined);
  expect(feed.state.kind).toBe('loading');
  feed.start();
  await settled();
  server.listener!.frame(100, [{ metric: {}, value: 3 }]);
  expect(server.asked).toEqual([{ query: 'up', from: 90, to: 100, stepSeconds: 1 }]);
  expect(feed.table.times).toEqual([98, 99, 100]);
  expect(feed.state.kind).toBe('ready');
});

test('a gap is filled from history', async () => {
  const server = new Server();
  const feed = new Feed(SPEC, server.sources, () => undefined);
  feed.start();
  await settled();
  server.answer = () => Promise.resolve([{ metric: {}, points: [[97, 9]] }]);
  server.listener!.resumed();
  await settled();
  expect(feed.table.times).toEqual([97, 98, 99]);
});

test('the window moves with the stream', () => {
  const server = new Server();
  const feed = new Feed(SPEC, server.sources, () => undefined);
  feed.start();
  server.listener!.frame(80, [{ metric: {}, value: 1 }]);
  server.listener!.frame(100, [{ metric: {}, value: 2 }]);
  expect(feed.table.times).toEqual([100]);
});

test('a failure is kept until data comes', async () => {
  const server = new Server();
  server.answer = () => Promise.reject(new Error('too many samples'));
  const feed = new Feed(SPEC, server.sources, () => undefined);
  feed.start();
  await settled();
  expect(feed.state).toEqual({ kind: 'failed', message: 'too many samples' });
  server.listener!.frame(100, []);
  expect(feed.state.kind).toBe('ready');
});

test('a stopped feed leaves the stream and ignores an answer that is still on its way', async () => {
  const server = new Server();
  const feed = new Feed(SPEC, server.sources, () => undefined);
  feed.start();
  feed.start();
  expect(server.subscriptions).toBe(1);
  feed.stop();
  await settled();
  expect(server.subscriptions).toBe(0);
  expect(feed.table.times).toEqual([]);
});
