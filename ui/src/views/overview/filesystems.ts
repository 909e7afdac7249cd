/** File systems as a table: each device once, fullest first. */
import type { LiveRow } from '../../api/live';

export interface Mount {
  mountpoint: string;
  device: string;
  fstype: string;
  sizeBytes: number;
  availableBytes: number;
  usedRatio: number;
}

// Kinds that live in memory or show another file system.
const REAL = 'fstype!~"(tmpfs|devtmpfs|ramfs|squashfs|proc|sysfs|cgroup.*|nsfs|autofs|fuse\\\\.lxcfs)"';

export function filesystemQueries(host: string): { size: string; available: string } {
  return { size: `node_filesystem_size_bytes{${host},${REAL}}`, available: `node_filesystem_avail_bytes{${host},${REAL}}` };
}

/** Joins sizes and free space. Of several mounts of one device the shortest path stands for all. */
export function readFilesystems(sizes: readonly LiveRow[], available: readonly LiveRow[]): Mount[] {
  const free = new Map(available.map(({ metric, value }) => [metric['mountpoint'], value]));
  const byDevice = new Map<string, Mount>();
  for (const { metric, value: sizeBytes } of sizes) {
    const { mountpoint = '', device = '', fstype = '' } = metric;
    const availableBytes = free.get(mountpoint);
    if (availableBytes === undefined || sizeBytes <= 0) continue;
    const known = byDevice.get(device);
    if (known !== undefined && known.mountpoint.length <= mountpoint.length) continue;
    byDevice.set(device, { mountpoint, device, fstype, sizeBytes, availableBytes, usedRatio: 1 - availableBytes / sizeBytes });
  }
  return [...byDevice.values()].sort((a, b) => b.usedRatio - a.usedRatio);
}
