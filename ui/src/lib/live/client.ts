/**
 * The live stream: keeps one socket open, re-subscribes after a loss, and polls while the server answers but no socket
 * can be had. While nothing answers only the socket is tried again, at growing distances.
 * Knows nothing of charts. Sockets, timers and polling are given in, so that tests can play all of them.
 */
import { ApiError } from '../../api/http';
import { backoffMs } from '../backoff';
import { parseFrame, subscribeFrame, unsubscribeFrame, type LiveRow } from '../../api/live';

export type LiveStatus = 'connecting' | 'live' | 'reconnecting' | 'polling';

export interface LiveListener {
  frame(time: number, rows: LiveRow[]): void;
  failed(message: string): void;
  /** Frames may have been missed; whoever keeps history reads the gap now. */
  resumed(): void;
}

export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface LiveEnvironment {
  open(): Socket;
  /** Runs an instant query, for the time without a socket. */
  poll(query: string): Promise<{ time: number; rows: LiveRow[] }>;
  /** Runs `work` after a delay; the answer cancels it. */
  after(milliseconds: number, work: () => void): () => void;
}

interface Subscription {
  query: string;
  intervalMs: number;
  listener: LiveListener;
  cancelPoll: (() => void) | null;
}

/** Failed attempts after which data is polled, if the server answers at all, until a socket opens. */
const ATTEMPTS_BEFORE_POLLING = 3;

export class LiveClient {
  private readonly subscriptions = new Map<string, Subscription>();
  private socket: Socket | null = null;
  private open = false;
  private failures = 0;
  private everOpened = false;
  private cancelRetry: (() => void) | null = null;
  private nextId = 1;
  private current: LiveStatus = 'connecting';

  constructor(
    private readonly environment: LiveEnvironment,
    private readonly onStatus: (status: LiveStatus) => void = () => undefined,
  ) {}

  get status(): LiveStatus {
    return this.current;
  }

  /** Asks for `query` every `intervalMs`; the answer ends the subscription. The first one opens the socket. */
  subscribe(query: string, intervalMs: number, listener: LiveListener): () => void {
    const id = `q${this.nextId++}`;
    const subscription: Subscription = { query, intervalMs, listener, cancelPoll: null };
    this.subscriptions.set(id, subscription);
    if (this.open) this.socket?.send(subscribeFrame(id, query, intervalMs));
    else if (this.current === 'polling') this.startPolling(subscription);
    if (this.socket === null && this.cancelRetry === null) this.connect();
    return () => this.unsubscribe(id);
  }

  private unsubscribe(id: string): void {
    this.subscriptions.get(id)?.cancelPoll?.();
    if (this.subscriptions.delete(id) && this.open) this.socket?.send(unsubscribeFrame(id));
  }

  private connect(): void {
    this.cancelRetry = null;
    const socket = this.environment.open();
    this.socket = socket;
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (event) => this.received(String(event.data));
    socket.onclose = () => this.lost(socket);
  }

  private opened(socket: Socket): void {
    const missed = this.everOpened || this.failures > 0;
    this.open = true;
    this.everOpened = true;
    this.failures = 0;
    this.setStatus('live');
    for (const [id, subscription] of this.subscriptions) {
      subscription.cancelPoll?.();
      subscription.cancelPoll = null;
      socket.send(subscribeFrame(id, subscription.query, subscription.intervalMs));
      if (missed) subscription.listener.resumed();
    }
  }

  private received(text: string): void {
    try {
      const frame = parseFrame(text);
      const listener = this.subscriptions.get(frame.id)?.listener;
      if (frame.kind === 'data') listener?.frame(frame.time, frame.rows);
      else listener?.failed(frame.error);
    } catch (cause) {
      // One malformed frame must not end the stream.
      console.warn('sextant: live frame not understood', cause);
    }
  }

  private lost(socket: Socket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.open = false;
    this.failures += 1;
    if (this.failures >= ATTEMPTS_BEFORE_POLLING) void this.tryPolling();
    else this.setStatus(this.everOpened ? 'reconnecting' : 'connecting');
    this.cancelRetry = this.environment.after(backoffMs(this.failures), () => this.connect());
  }

  /** One request decides for all subscriptions whether polling has a point. */
  private async tryPolling(): Promise<void> {
    const first = this.subscriptions.values().next().value;
    if (this.current === 'polling' || first === undefined) return;
    const reachable = await this.environment.poll(first.query).then(
      () => true,
      (cause: unknown) => !isUnreachable(cause),
    );
    // Meanwhile the socket may have opened.
    if (this.open) return;
    this.setStatus(reachable ? 'polling' : 'reconnecting');
    if (reachable) for (const subscription of this.subscriptions.values()) this.startPolling(subscription);
  }

  /** The server is gone: from now on only the socket is tried. */
  private stopPolling(): void {
    for (const subscription of this.subscriptions.values()) {
      subscription.cancelPoll?.();
      subscription.cancelPoll = null;
    }
    this.setStatus('reconnecting');
  }

  private startPolling(subscription: Subscription): void {
    const poll = async (): Promise<void> => {
      try {
        const { time, rows } = await this.environment.poll(subscription.query);
        if (subscription.cancelPoll !== null) subscription.listener.frame(time, rows);
      } catch (cause) {
        if (subscription.cancelPoll === null) return;
        if (isUnreachable(cause)) return this.stopPolling();
        subscription.listener.failed(cause instanceof Error ? cause.message : String(cause));
      }
      if (subscription.cancelPoll !== null) {
        subscription.cancelPoll = this.environment.after(subscription.intervalMs, () => void poll());
      }
    };
    subscription.cancelPoll = this.environment.after(0, () => void poll());
  }

  private setStatus(status: LiveStatus): void {
    if (this.current === status) return;
    this.current = status;
    this.onStatus(status);
  }
}

function isUnreachable(cause: unknown): boolean {
  return cause instanceof ApiError && cause.kind === 'network';
}
