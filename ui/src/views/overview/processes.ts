/** The busiest processes, grouped by name. */
import type { LiveRow } from '../../api/live';

export interface ProcessRow {
  name: string;
  /** Cores in use: 1 is one whole core. */
  cpuRatio: number;
  memoryBytes: number | null;
  count: number | null;
}

export const PROCESSES_SHOWN = 10;

export function processQueries(host: string): { cpu: string; memory: string; count: string } {
  const busiest = `topk(${PROCESSES_SHOWN}, sextant_process_cpu_ratio{${host}})`;
  return {
    cpu: busiest,
    memory: `sextant_process_resident_memory_bytes{${host}} and on (name) ${busiest}`,
    count: `sextant_process_count{${host}} and on (name) ${busiest}`,
  };
}

export function readProcesses(cpu: readonly LiveRow[], memory: readonly LiveRow[], count: readonly LiveRow[]): ProcessRow[] {
  const valueOf = (rows: readonly LiveRow[]): Map<string | undefined, number> =>
    new Map(rows.map(({ metric, value }) => [metric['name'], value]));
  const memoryOf = valueOf(memory);
  const countOf = valueOf(count);
  return cpu
    .map(({ metric, value }) => {
      const name = metric['name'] ?? '';
      return { name, cpuRatio: value, memoryBytes: memoryOf.get(name) ?? null, count: countOf.get(name) ?? null };
    })
    .sort((a, b) => b.cpuRatio - a.cpuRatio || (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0))
    .slice(0, PROCESSES_SHOWN);
}
