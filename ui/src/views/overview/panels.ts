/** The overview's figures and charts: one row each. To add one, add a row. */
import type { Labels } from '../../api/query';
import type { Unit } from '../../lib/format/units';
import { rateWindow, samplesWanted } from '../../lib/range';
import { text } from '../../lib/text';

/** What a query is filled in with. */
export interface QueryContext {
  /** Matchers that select the host, e.g. `job="node",instance="web-1"`. */
  host: string;
  /** Window of `rate()`, e.g. `10s`. */
  rate: string;
  /** How many samples such a window must hold. */
  samples: number;
}

/** For points and samples so many seconds apart. */
export function queryContext(host: string, stepSeconds: number, sampleSeconds: number): QueryContext {
  const windowSeconds = rateWindow(stepSeconds, sampleSeconds);
  return { host, rate: `${windowSeconds}s`, samples: samplesWanted(windowSeconds, sampleSeconds) };
}

export interface PanelQuery {
  expression: (context: QueryContext) => string;
  /** Legend text of a series. */
  name: (metric: Labels) => string;
  /** Drawn below zero, e.g. what is written or sent. */
  mirrored?: boolean;
}

export interface PanelSpec {
  id: string;
  title: string;
  unit: Unit;
  queries: readonly PanelQuery[];
  stacked?: boolean;
  /** Top of the axis where the whole is known. */
  max?: number;
  spanMin?: number;
  /** Names in the order in which they are stacked; colours follow it unless `colors` says otherwise. */
  order?: readonly string[];
  /** Palette slots of names, for what should always look the same. */
  colors?: Readonly<Record<string, number>>;
  /** Names that are filled lightly. */
  faint?: readonly string[];
}

export interface FigureSpec {
  id: string;
  title: string;
  unit: Unit;
  expression: (context: QueryContext) => string;
  /** Top of the sparkline's scale where the whole is known. */
  max?: number;
  /** The sparkline's scale reaches at least this high, so that noise near zero stays small. */
  spanMin?: number;
  /** The host needs attention when the mean of the last minute is above this. */
  high?: number;
}

/** Figures show what is now, whatever window the charts have. */
export const FIGURE_WINDOW = { seconds: 300, stepSeconds: 1 } as const;

// Devices that only mirror another one, or that no hardware stands behind.
const DISKS = 'device!~"(loop|ram|zram|sr|fd|dm-|md).*"';
const INTERFACES = 'device!~"(lo|veth.*|docker.*|br-.*|virbr.*|ifb.*|tap.*|cali.*|flannel.*)"';
const KIB = 1024;

const constant = (name: string) => (): string => name;
const device = (suffix: string) => (metric: Labels): string => `${metric['device'] ?? ''} ${suffix}`.trim();

/** The rate of a counter, or nothing while its window is not filled, as after an outage. */
function rateOf(metric: string, { host, rate, samples }: QueryContext, matchers = ''): string {
  const range = `${metric}{${[host, matchers].filter((part) => part !== '').join(',')}}[${rate}]`;
  return `(rate(${range}) and count_over_time(${range}) >= ${samples})`;
}

/** The share of the processors' time. Dividing by all modes together keeps the sum at one, however the window is filled. */
function cpuShare({ host, rate }: QueryContext, modes: string, by = ''): string {
  const all = `node_cpu_seconds_total{${host}}[${rate}]`;
  return `sum${by} (rate(node_cpu_seconds_total{${host},${modes}}[${rate}])) / scalar(sum(rate(${all})))`;
}

const memoryUsed = ({ host }: QueryContext): string =>
  `1 - node_memory_MemAvailable_bytes{${host}} / node_memory_MemTotal_bytes{${host}}`;

export const FIGURES: readonly FigureSpec[] = [
  {
    id: 'cpu',
    title: text.overview.cpuBusy,
    unit: 'ratio',
    expression: (context) => cpuShare(context, 'mode!="idle"'),
    max: 1,
    high: 0.9,
  },
  { id: 'memory', title: text.overview.memoryUsed, unit: 'ratio', expression: memoryUsed, max: 1, high: 0.9 },
  {
    id: 'disk',
    title: text.overview.diskBusy,
    unit: 'ratio',
    expression: (context) => `max${rateOf('node_disk_io_time_seconds_total', context, DISKS)}`,
    spanMin: 0.25,
    high: 0.9,
  },
  {
    id: 'network-in',
    title: text.overview.networkIn,
    unit: 'bytes_per_second',
    expression: (context) => `sum${rateOf('node_network_receive_bytes_total', context, INTERFACES)}`,
  },
  {
    id: 'network-out',
    title: text.overview.networkOut,
    unit: 'bytes_per_second',
    expression: (context) => `sum${rateOf('node_network_transmit_bytes_total', context, INTERFACES)}`,
  },
  { id: 'load', title: text.overview.load, unit: 'number', expression: ({ host }) => `node_load1{${host}}`, spanMin: 1 },
  {
    id: 'pressure-cpu',
    title: text.overview.pressureCpu,
    unit: 'ratio',
    expression: (context) => rateOf('node_pressure_cpu_waiting_seconds_total', context),
    spanMin: 0.25,
  },
  {
    id: 'pressure-io',
    title: text.overview.pressureIo,
    unit: 'ratio',
    expression: (context) => rateOf('node_pressure_io_waiting_seconds_total', context),
    spanMin: 0.25,
  },
];

export const PANELS: readonly PanelSpec[] = [
  {
    id: 'cpu',
    title: text.overview.cpuByMode,
    unit: 'ratio',
    stacked: true,
    max: 1,
    order: ['user', 'system', 'iowait', 'nice', 'softirq', 'irq', 'steal'],
    colors: { user: 0, system: 1, iowait: 5, nice: 2, softirq: 6, irq: 4, steal: 3 },
    queries: [
      {
        expression: (context) => cpuShare(context, 'mode!="idle"', ' by (mode)'),
        name: (metric) => metric['mode'] ?? '',
      },
    ],
  },
  {
    id: 'memory',
    title: text.overview.memory,
    unit: 'bytes',
    stacked: true,
    order: [text.overview.used, text.overview.cache, text.overview.free],
    // What is free is the ground, not a matter of its own.
    colors: { [text.overview.used]: 0, [text.overview.cache]: 2, [text.overview.free]: 7 },
    faint: [text.overview.free],
    queries: [
      {
        expression: ({ host }) =>
          `node_memory_MemTotal_bytes{${host}} - node_memory_MemFree_bytes{${host}} - node_memory_Buffers_bytes{${host}}` +
          ` - node_memory_Cached_bytes{${host}} - node_memory_SReclaimable_bytes{${host}}`,
        name: constant(text.overview.used),
      },
      {
        expression: ({ host }) =>
          `node_memory_Buffers_bytes{${host}} + node_memory_Cached_bytes{${host}} + node_memory_SReclaimable_bytes{${host}}`,
        name: constant(text.overview.cache),
      },
      { expression: ({ host }) => `node_memory_MemFree_bytes{${host}}`, name: constant(text.overview.free) },
    ],
  },
  {
    id: 'network',
    title: text.overview.network,
    unit: 'bytes_per_second',
    spanMin: KIB,
    queries: [
      {
        expression: (context) => `sum by (device) ${rateOf('node_network_receive_bytes_total', context, INTERFACES)}`,
        name: device(text.overview.received),
      },
      {
        expression: (context) => `sum by (device) ${rateOf('node_network_transmit_bytes_total', context, INTERFACES)}`,
        name: device(text.overview.sent),
        mirrored: true,
      },
    ],
  },
  {
    id: 'disk',
    title: text.overview.diskThroughput,
    unit: 'bytes_per_second',
    spanMin: KIB,
    queries: [
      {
        expression: (context) => `sum by (device) ${rateOf('node_disk_read_bytes_total', context, DISKS)}`,
        name: device(text.overview.read),
      },
      {
        expression: (context) => `sum by (device) ${rateOf('node_disk_written_bytes_total', context, DISKS)}`,
        name: device(text.overview.write),
        mirrored: true,
      },
    ],
  },
  {
    id: 'disk-busy',
    title: text.overview.diskUtilisation,
    unit: 'ratio',
    max: 1,
    queries: [
      {
        expression: (context) => `sum by (device) ${rateOf('node_disk_io_time_seconds_total', context, DISKS)}`,
        name: (metric) => metric['device'] ?? '',
      },
    ],
  },
  {
    id: 'disk-operations',
    title: text.overview.diskOperations,
    unit: 'per_second',
    spanMin: 1,
    queries: [
      {
        expression: (context) => `sum by (device) ${rateOf('node_disk_reads_completed_total', context, DISKS)}`,
        name: device(text.overview.reads),
      },
      {
        expression: (context) => `sum by (device) ${rateOf('node_disk_writes_completed_total', context, DISKS)}`,
        name: device(text.overview.writes),
        mirrored: true,
      },
    ],
  },
  {
    id: 'load',
    title: text.overview.loadChart,
    unit: 'number',
    spanMin: 1,
    order: [text.overview.oneMinute, text.overview.fiveMinutes, text.overview.fifteenMinutes],
    queries: [
      { expression: ({ host }) => `node_load1{${host}}`, name: constant(text.overview.oneMinute) },
      { expression: ({ host }) => `node_load5{${host}}`, name: constant(text.overview.fiveMinutes) },
      { expression: ({ host }) => `node_load15{${host}}`, name: constant(text.overview.fifteenMinutes) },
    ],
  },
  {
    id: 'pressure',
    title: text.overview.pressure,
    unit: 'ratio',
    spanMin: 0.05,
    order: [text.overview.cpu, text.overview.io, text.overview.memory],
    queries: [
      {
        expression: (context) => rateOf('node_pressure_cpu_waiting_seconds_total', context),
        name: constant(text.overview.cpu),
      },
      {
        expression: (context) => rateOf('node_pressure_io_waiting_seconds_total', context),
        name: constant(text.overview.io),
      },
      {
        expression: (context) => rateOf('node_pressure_memory_waiting_seconds_total', context),
        name: constant(text.overview.memory),
      },
    ],
  },
];
