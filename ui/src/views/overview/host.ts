/** Which hosts there are, and the facts about one that hardly change. */
import { fetchLabelValues } from '../../api/metadata';
import { queryInstant } from '../../api/query';

/** The job under which host metrics are stored. */
const JOB = 'job="node"';

export function hostMatchers(instance: string): string {
  return `${JOB},instance=${JSON.stringify(instance)}`;
}

export async function fetchHosts(signal: AbortSignal): Promise<string[]> {
  return (await fetchLabelValues('instance', `node_memory_MemTotal_bytes{${JOB}}`, signal)).sort();
}

export interface HostFacts {
  cores: number | null;
  memoryBytes: number | null;
  uptimeSeconds: number | null;
}

export async function fetchHostFacts(instance: string, signal: AbortSignal): Promise<HostFacts> {
  const host = hostMatchers(instance);
  const [cores, memoryBytes, uptimeSeconds] = await Promise.all([
    scalar(`count(count by (cpu) (node_cpu_seconds_total{${host}}))`, signal),
    scalar(`node_memory_MemTotal_bytes{${host}}`, signal),
    scalar(`time() - node_boot_time_seconds{${host}}`, signal),
  ]);
  return { cores, memoryBytes, uptimeSeconds };
}

async function scalar(query: string, signal: AbortSignal): Promise<number | null> {
  const { data } = await queryInstant(query, null, signal);
  return data.kind === 'vector' ? (data.samples[0]?.value ?? null) : null;
}
