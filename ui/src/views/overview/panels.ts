/** The overview's figures and charts: one row each. To add one, add a row. */
import type { Labels } from '../../api/query';
import type { Unit } from '../../lib/format/units';
import { text } from '../../lib/text';

/** What a query is filled in with. */
export interface QueryContext {
  /** Matchers that select the host, e.g. `job="node",instance="web-1"`. */
  host: string;
  /** Window of `rate()`. */
  rate: string;
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

const memoryUsed = ({ host }: QueryContext): string =>
  `1 - node_memory_MemAvailable_bytes{${host}} / node_memory_MemTotal_bytes{${host}}`;

export const FIGURES: readonly FigureSpec[] = [
  {
    id: 'cpu',
    title: text.overview.cpuBusy,
    unit: 'ratio',
    expression: ({ host, rate }) => `1 - avg(rate(node_cpu_seconds_total{${host},mode="idle"}[${rate}]))`,
    max: 1,
    high: 0.9,
  },
  { id: 'memory', title: text.overview.memoryUsed, unit: 'ratio', expression: memoryUsed, max: 1, high: 0.9 },
  {
    id: 'disk',
    title: text.overview.diskBusy,
    unit: 'ratio',
    expression: ({ host, rate }) => `max(rate(node_disk_io_time_seconds_total{${host},${DISKS}}[${rate}]))`,
    spanMin: 0.25,
    high: 0.9,
  },
  {
    id: 'network-in',
    title: text.overview.networkIn,
    unit: 'bytes_per_second',
    expression: ({ host, rate }) => `sum(rate(node_network_receive_bytes_total{${host},${INTERFACES}}[${rate}]))`,
  },
  {
    id: 'network-out',
    title: text.overview.networkOut,
    unit: 'bytes_per_second',
    expression: ({ host, rate }) => `sum(rate(node_network_transmit_bytes_total{${host},${INTERFACES}}[${rate}]))`,
  },
  { id: 'load', title: text.overview.load, unit: 'number', expression: ({ host }) => `node_load1{${host}}`, spanMin: 1 },
  {
    id: 'pressure-cpu',
    title: text.overview.pressureCpu,
    unit: 'ratio',
    expression: ({ host, rate }) => `rate(node_pressure_cpu_waiting_seconds_total{${host}}[${rate}])`,
    spanMin: 0.25,
  },
  {
    id: 'pressure-io',
    title: text.overview.pressureIo,
    unit: 'ratio',
    expression: ({ host, rate }) => `rate(node_pressure_io_waiting_seconds_total{${host}}[${rate}])`,
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
        expression: ({ host, rate }) => `avg by (mode) (rate(node_cpu_seconds_total{${host},mode!="idle"}[${rate}]))`,
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
        expression: ({ host, rate }) => `sum by (device) (rate(node_network_receive_bytes_total{${host},${INTERFACES}}[${rate}]))`,
        name: device(text.overview.received),
      },
      {
        expression: ({ host, rate }) => `sum by (device) (rate(node_network_transmit_bytes_total{${host},${INTERFACES}}[${rate}]))`,
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
        expression: ({ host, rate }) => `sum by (device) (rate(node_disk_read_bytes_total{${host},${DISKS}}[${rate}]))`,
        name: device(text.overview.read),
      },
      {
        expression: ({ host, rate }) => `sum by (device) (rate(node_disk_written_bytes_total{${host},${DISKS}}[${rate}]))`,
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
        expression: ({ host, rate }) => `sum by (device) (rate(node_disk_io_time_seconds_total{${host},${DISKS}}[${rate}]))`,
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
        expression: ({ host, rate }) => `sum by (device) (rate(node_disk_reads_completed_total{${host},${DISKS}}[${rate}]))`,
        name: device(text.overview.reads),
      },
      {
        expression: ({ host, rate }) => `sum by (device) (rate(node_disk_writes_completed_total{${host},${DISKS}}[${rate}]))`,
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
        expression: ({ host, rate }) => `rate(node_pressure_cpu_waiting_seconds_total{${host}}[${rate}])`,
        name: constant(text.overview.cpu),
      },
      {
        expression: ({ host, rate }) => `rate(node_pressure_io_waiting_seconds_total{${host}}[${rate}])`,
        name: constant(text.overview.io),
      },
      {
        expression: ({ host, rate }) => `rate(node_pressure_memory_waiting_seconds_total{${host}}[${rate}])`,
        name: constant(text.overview.memory),
      },
    ],
  },
];
