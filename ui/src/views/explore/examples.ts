/** Queries to begin with, offered while nothing has been asked. */
export const EXAMPLES: readonly string[] = [
  'avg by (mode) (rate(node_cpu_seconds_total[1m]))',
  'node_memory_MemAvailable_bytes',
  'sum by (device) (rate(node_network_receive_bytes_total[1m]))',
  'topk(5, sextant_process_cpu_ratio)',
  'up',
];
