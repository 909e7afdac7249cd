// Development only: stands in for the Sextant server on one origin, http://127.0.0.1:18080.
// It serves ui/dist with the headers of the real server, proxies the API to a Prometheus that it
// starts together with a node exporter, and answers `/api/v1/live`.
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveLive } from './live.mjs';
import { processMetrics } from './processes.mjs';

const HOST = '127.0.0.1';
const PORT = 18080;
const PROMETHEUS_PORT = 19090;
const EXPORTER_PORT = 19100;
const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = join(HERE, '../dist');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

const data = mkdtempSync(join(tmpdir(), 'sextant-dev-'));
const children = [
  spawn('prometheus-node-exporter', [`--web.listen-address=${HOST}:${EXPORTER_PORT}`], { stdio: 'ignore' }),
  spawn(
    'prometheus',
    [
      `--config.file=${join(HERE, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=${HOST}:${PROMETHEUS_PORT}`,
    ],
    { stdio: 'ignore' },
  ),
];

const server = createServer((incoming, outgoing) => {
  const path = new URL(incoming.url, 'http://localhost').pathname;
  if (path === '/metrics') outgoing.end(processMetrics());
  else if (path.startsWith('/api/')) proxy(incoming, outgoing);
  else serveFile(path, outgoing);
});
serveLive(server, `http://${HOST}:${PROMETHEUS_PORT}`);
server.listen(PORT, HOST, () => console.log(`http://${HOST}:${PORT}`));

function proxy(incoming, outgoing) {
  const upstream = request(
    { host: HOST, port: PROMETHEUS_PORT, path: incoming.url, method: incoming.method, headers: incoming.headers },
    (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    },
  );
  upstream.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(upstream);
}

function serveFile(path, outgoing) {
  const wanted = join(DIST, normalize(path));
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, 'index.html');
  if (!existsSync(file)) return outgoing.writeHead(404).end('run `npm run build` first');
  outgoing.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  createReadStream(file).pipe(outgoing);
}

function stop() {
  children.forEach((child) => child.kill());
  rmSync(data, { recursive: true, force: true });
  process.exit(0);
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
