// Development only: Sextant's process metrics, read from /proc and printed in the exposition format.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
let previous = { at: 0, ticks: new Map() };

/** The current page of `sextant_process_*` series. CPU is the ratio since the previous call. */
export function processMetrics() {
  const now = Date.now();
  const byName = new Map();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const process = readProcess(pid);
    if (!process) continue;
    const total = byName.get(process.name) ?? { ticks: 0, bytes: 0, count: 0 };
    total.ticks += process.ticks;
    total.bytes += process.bytes;
    total.count += 1;
    byName.set(process.name, total);
  }
  const seconds = (now - previous.at) / 1000;
  const lines = [];
  for (const [name, total] of byName) {
    const ticks = Math.max(0, total.ticks - (previous.ticks.get(name) ?? total.ticks));
    lines.push(`sextant_process_cpu_ratio{name="${name}"} ${ticks / TICKS_PER_SECOND / seconds}`);
    lines.push(`sextant_process_resident_memory_bytes{name="${name}"} ${total.bytes}`);
    lines.push(`sextant_process_count{name="${name}"} ${total.count}`);
  }
  previous = { at: now, ticks: new Map([...byName].map(([name, total]) => [name, total.ticks])) };
  return lines.sort().join('\n') + '\n';
}

function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const close = stat.lastIndexOf(')');
    const name = stat.slice(stat.indexOf('(') + 1, close).replace(/["\\\n]/g, '_');
    const fields = stat.slice(close + 2).split(' ');
    return { name, ticks: Number(fields[11]) + Number(fields[12]), bytes: Number(fields[21]) * PAGE_BYTES };
  } catch {
    return null; // The process ended between the listing and the read.
  }
}
