/** Targets by scrape pool, as the targets page and the overview show them. */
import type { Target, TargetHealth } from '../../api/targets';

export type HealthFilter = 'all' | TargetHealth;

export interface Pool {
  name: string;
  targets: Target[];
  up: number;
}

const RANK: Readonly<Record<TargetHealth, number>> = { down: 0, unknown: 1, up: 2 };

/** Pools with trouble first, then by name; within a pool what is down comes first. */
export function toPools(targets: readonly Target[]): Pool[] {
  const byName = new Map<string, Target[]>();
  for (const target of targets) {
    const pool = byName.get(target.scrapePool) ?? [];
    pool.push(target);
    byName.set(target.scrapePool, pool);
  }
  const pools = [...byName].map(([name, members]) => ({
    name,
    targets: members.sort((a, b) => RANK[a.health] - RANK[b.health] || a.scrapeUrl.localeCompare(b.scrapeUrl)),
    up: members.filter((target) => target.health === 'up').length,
  }));
  return pools.sort((a, b) => trouble(a) - trouble(b) || a.name.localeCompare(b.name));
}

function trouble(pool: Pool): number {
  return RANK[pool.targets[0]?.health ?? 'up'];
}

export function filterTargets(targets: readonly Target[], health: HealthFilter, search: string): Target[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return targets.filter((target) => {
    if (health !== 'all' && target.health !== health) return false;
    const labels = Object.entries(target.labels).map(([name, value]) => `${name}=${value}`);
    const haystack = [target.scrapePool, target.scrapeUrl, ...labels].join(' ').toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

export function countByHealth(targets: readonly Target[]): Record<HealthFilter, number> {
  const counts: Record<HealthFilter, number> = { all: targets.length, up: 0, down: 0, unknown: 0 };
  for (const target of targets) counts[target.health] += 1;
  return counts;
}
