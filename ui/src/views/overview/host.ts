/** Which hosts there are, and the facts about one that hardly change. */
import type { Labels } from '../../api/query';
import { queryInstant } from '../../api/query';

/** A host is a job and an instance that report processors or the system's name, whoever collected them. */
export interface Host {
  job: string;
  instance: string;
}

const HOSTS_QUERY = 'group by (job, instance) ({__name__=~"node_cpu_seconds_total|node_uname_info"})';
/** Only the host Sextant runs on has its processes read. */
const LOCAL_QUERY = 'group by (job, instance) (sextant_process_count)';

export interface Hosts {
  all: Host[];
  /** The host Sextant runs on, when it is among them. */
  local: Host | null;
}

export function hostMatchers({ job, instance }: Host): string {
  return `job=${JSON.stringify(job)},instance=${JSON.stringify(instance)}`;
}

export function sameHost(a: Host, b: Host): boolean {
  return a.job === b.job && a.instance === b.instance;
}

/** What a host is called beside others: the job only where the instance alone does not say which one is meant. */
export function hostName(host: Host, all: readonly Host[]): string {
  const namesakes = all.filter(({ instance }) => instance === host.instance);
  return namesakes.length > 1 ? `${host.instance} (${host.job})` : host.instance;
}

/** The host an address asks for, else the local one, else the first. A job may be left out. */
export function chooseHost({ all, local }: Hosts, wanted: { host: string | null; job: string | null }): Host | null {
  const fits = (host: Host): boolean => host.instance === wanted.host && (wanted.job === null || host.job === wanted.job);
  return (local !== null && fits(local) ? local : all.find(fits)) ?? local ?? all[0] ?? null;
}

export async function fetchHosts(signal: AbortSignal): Promise<Hosts> {
  const [all, local] = await Promise.all([hostsOf(HOSTS_QUERY, signal), hostsOf(LOCAL_QUERY, signal)]);
  return { all, local: all.find((host) => local.some((other) => sameHost(host, other))) ?? null };
}

async function hostsOf(query: string, signal: AbortSignal): Promise<Host[]> {
  const { data } = await queryInstant(query, null, signal);
  return data.kind === 'vector' ? toHosts(data.samples.map(({ metric }) => metric)) : [];
}

export function toHosts(metrics: readonly Labels[]): Host[] {
  return metrics
    .map((metric) => ({ job: metric['job'] ?? '', instance: metric['instance'] ?? '' }))
    .sort((a, b) => a.instance.localeCompare(b.instance, 'en', { numeric: true }) || a.job.localeCompare(b.job));
}

/** What a host is assumed to be sampled at while too few samples say otherwise, seconds. */
const SAMPLED_SECONDS_DEFAULT = 15;

/** Distance between a host's samples, in whole seconds: what windows of `rate()` must be several times of. */
export async function fetchSampleInterval(host: Host, signal: AbortSignal): Promise<number> {
  const { data } = await queryInstant(`node_cpu_seconds_total{${hostMatchers(host)},mode="idle",cpu="0"}[5m]`, null, signal);
  const times = data.kind === 'matrix' ? (data.series[0]?.points ?? []).map(([time]) => time) : [];
  return sampleInterval(times);
}

/** The median distance: neither an outage nor a late sample changes it. */
export function sampleInterval(times: readonly number[]): number {
  const distances = times.slice(1).map((time, index) => time - times[index]!).sort((a, b) => a - b);
  const median = distances[Math.floor(distances.length / 2)];
  return median === undefined ? SAMPLED_SECONDS_DEFAULT : Math.max(1, Math.round(median));
}

export interface HostFacts {
  cores: number | null;
  memoryBytes: number | null;
  uptimeSeconds: number | null;
}

export async function fetchHostFacts(target: Host, signal: AbortSignal): Promise<HostFacts> {
  const host = hostMatchers(target);
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
