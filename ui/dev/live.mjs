// Development only: `/api/v1/live` on top of a Prometheus, by running the instant queries.
import { WebSocketServer } from 'ws';

/** Answers live subscriptions on `server` with instant queries against `upstream`. */
export function serveLive(server, upstream) {
  const sockets = new WebSocketServer({ server, path: '/api/v1/live' });
  sockets.on('connection', (socket) => {
    const timers = new Map();
    const stop = (id) => {
      clearInterval(timers.get(id));
      timers.delete(id);
    };
    socket.on('message', (data) => {
      const request = JSON.parse(String(data));
      stop(request.id);
      if (request.op !== 'subscribe') return;
      const answer = () => answerOnce(socket, upstream, request);
      timers.set(request.id, setInterval(answer, request.interval_ms));
      answer();
    });
    socket.on('close', () => [...timers.keys()].forEach(stop));
  });
}

async function answerOnce(socket, upstream, { id, query, interval_ms }) {
  const time = Math.floor(Date.now() / interval_ms) * (interval_ms / 1000);
  const response = await fetch(`${upstream}/api/v1/query?${new URLSearchParams({ query, time })}`);
  const body = await response.json();
  const frame =
    body.status === 'success'
      ? { id, time, result: toRows(body.data) }
      : { id, error: body.error, errorType: body.errorType };
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}

function toRows({ resultType, result }) {
  if (resultType === 'scalar') return [{ metric: {}, value: result[1] }];
  return result.map(({ metric, value }) => ({ metric, value: value[1] }));
}
