// Fails the build when the script needed before the first chart grows past its budget.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 300_000;
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const html = readFileSync(`${dist}index.html`, 'utf8');
const first = new Set([...html.matchAll(/assets\/[\w.-]+\.js/g)].map((match) => match[0].slice('assets/'.length)));

let firstBytes = 0;
for (const name of readdirSync(`${dist}assets`).filter((file) => file.endsWith('.js'))) {
  const bytes = gzipSync(readFileSync(`${dist}assets/${name}`)).length;
  if (first.has(name)) firstBytes += bytes;
}
console.log(`script before the first chart: ${firstBytes} bytes compressed (budget ${BUDGET_BYTES})`);
if (firstBytes > BUDGET_BYTES) process.exit(1);
