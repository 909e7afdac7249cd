import { beforeEach, expect, test } from 'vitest';
import { ApiError } from '../../api/http';
import { LiveClient, type LiveListener, type LiveStatus, type Socket } from './client';

class FakeSocket implements Socket {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: unknown[] = [];

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.drop();
  }
  accept(): void {
    this.onopen?.({} as Event);
  }
  drop(): void {
    this.onclose?.({} as CloseEvent);
  }
  deliver(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) } as MessageEvent);
  }
}

/** A client whose sockets and timers the test plays. */
class Stage {
  readonly sockets: FakeSocket[] = [];
  readonly statuses: LiveStatus[] = [];
  readonly heard: string[] = [];
  delays: number[] = [];
  polls = 0;
  reachable = true;
  private timers: { work: () => void }[] = [];
  readonly client = new LiveClient(
    {
      open: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      poll: () => {
        this.polls += 1;
        if (!this.reachable) return Promise.reject(new ApiError('the server does not answer', 'network'));
        return Promise.resolve({ time: 50, rows: [{ metric: {}, value: 5 }] });
      },
      after: (milliseconds, work) => {
        const timer = { work };
        this.delays.push(milliseconds);
        this.timers.push(timer);
        return () => (this.timers = this.timers.filter((other) => other !== timer));
      },
    },
    (status) => this.statuses.push(status),
  );

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  listener(name: string): LiveListener {
    return {
      frame: (time, rows) => this.heard.push(`${name} ${time} ${rows.map((row) => row.value).join()}`),
      failed: (message) => this.heard.push(`${name} failed ${message}`),
      resumed: () => this.heard.push(`${name} resumed`),
    };
  }

  /** Runs everything that is waiting, once. */
  async elapse(): Promise<void> {
    const due = this.timers;
    this.timers = [];
    due.forEach((timer) => timer.work());
    await Promise.resolve();
    await Promise.resolve();
  }
}

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

test('what was asked for before the socket opened is sent when it does', () => {
  stage.client.subscribe('up', 1000, stage.listener('a'));
  expect(stage.socket.sent).toEqual([]);
  stage.socket.accept();
  expect(stage.socket.sent).toEqual([{ op: 'subscribe', id: 'q1', query: 'up', interval_ms: 1000 }]);
  expect(stage.statuses).toEqual(['live']);
});

test('frames and errors reach the one who asked', () => {
  stage.client.subscribe('up', 1000, stage.listener('a'));
  stage.client.subscribe('down', 1000, stage.listener('b'));
  stage.socket.accept();
  stage.socket.deliver({ id: 'q2', time: 7, result: [{ metric: { x: 'y' }, value: '0.5' }] });
  stage.socket.deliver({ id: 'q1', error: 'no such function', errorType: 'bad_data' });
  stage.socket.deliver({ id: 'q9', time: 8, result: [] });
  expect(stage.heard).toEqual(['b 7 0.5', 'a failed no such function']);
});

test('the end of a subscription is told to the server and frames stop', () => {
  const stop = stage.client.subscribe('up', 1000, stage.listener('a'));
  stage.socket.accept();
  stop();
  stop();
  stage.socket.deliver({ id: 'q1', time: 7, result: [] });
  expect(stage.socket.sent.slice(1)).toEqual([{ op: 'unsubscribe', id: 'q1' }]);
  expect(stage.heard).toEqual([]);
});

test('after a loss everything is asked for again and the gap is announced', async () => {
  stage.client.subscribe('up', 1000, stage.listener('a'));
  stage.socket.accept();
  stage.socket.drop();
  expect(stage.client.status).toBe('reconnecting');
  await stage.elapse();
  stage.socket.accept();
  expect(stage.sockets).toHaveLength(2);
  expect(stage.socket.sent).toEqual([{ op: 'subscribe', id: 'q1', query: 'up', interval_ms: 1000 }]);
  expect(stage.heard).toEqual(['a resumed']);
});

test('attempts to reconnect come at growing distances up to a limit', async () => {
  stage.client.subscribe('up', 60_000, stage.listener('a'));
  const waits: number[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    stage.delays = [];
    stage.socket.drop();
    waits.push(stage.delays.at(-1)!);
    await stage.elapse();
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
});

test('without a socket data is polled, and a socket that opens ends the polling', async () => {
  stage.client.subscribe('up', 1000, stage.listener('a'));
  for (let attempt = 0; attempt < 3; attempt += 1) {
    stage.socket.drop();
    await stage.elapse();
  }
  await stage.elapse();
  expect(stage.client.status).toBe('polling');
  expect(stage.heard).toEqual(['a 50 5']);
  stage.socket.accept();
  const polls = stage.polls;
  await stage.elapse();
  expect(stage.polls).toBe(polls);
  expect(stage.client.status).toBe('live');
  expect(stage.heard.at(-1)).toBe('a resumed');
});

test('while nothing answers one request per attempt is made, however many subscriptions there are', async () => {
  for (const name of ['a', 'b', 'c']) stage.client.subscribe(name, 1000, stage.listener(name));
  stage.socket.accept();
  stage.reachable = false;
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    stage.socket.drop();
    await stage.elapse();
  }
  expect(stage.client.status).toBe('reconnecting');
  expect(stage.polls).toBe(3);
  expect(stage.heard).toEqual([]);
  stage.socket.accept();
  expect(stage.heard).toEqual(['a resumed', 'b resumed', 'c resumed']);
});

test('polling ends when the server is gone', async () => {
  stage.client.subscribe('up', 1000, stage.listener('a'));
  for (let attempt = 0; attempt < 3; attempt += 1) {
    stage.socket.drop();
    await stage.elapse();
  }
  await stage.elapse();
  expect(stage.client.status).toBe('polling');
  stage.reachable = false;
  await stage.elapse();
  await stage.elapse();
  const polls = stage.polls;
  await stage.elapse();
  expect(stage.client.status).toBe('reconnecting');
  expect(stage.polls).toBe(polls);
  expect(stage.heard).toEqual(['a 50 5']);
});

test('a malformed frame does not end the stream', () => {
  stage.client.subscribe('up', 1000, stage.listener('a'));
  stage.socket.accept();
  const warn = console.warn;
  console.warn = () => undefined;
  stage.socket.deliver('{"id":');
  stage.socket.deliver({ id: 'q1', time: 'now', result: [] });
  console.warn = warn;
  stage.socket.deliver({ id: 'q1', time: 9, result: [{ metric: {}, value: '1' }] });
  expect(stage.heard).toEqual(['a 9 1']);
});

test('a late close of an old socket changes nothing', async () => {
  stage.client.subscribe('up', 1000, stage.listener('a'));
  const old = stage.socket;
  old.accept();
  old.drop();
  await stage.elapse();
  stage.socket.accept();
  old.drop();
  expect(stage.client.status).toBe('live');
});
