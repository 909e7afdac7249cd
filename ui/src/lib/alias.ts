/** Addresses other programs write, such as the links in notifications, as addresses of this site. */

const QUERY_PATHS = ['/graph', '/query'];

/** The address to show instead, or null when `path` is no alias. Parameters are those of Prometheus's first panel. */
export function aliasTarget(path: string, search: string): string | null {
  if (!QUERY_PATHS.includes(path.replace(/\/+$/, ''))) return null;
  const given = new URLSearchParams(search);
  const tab = given.get('g0.tab') ?? '';
  const wanted: Record<string, string | null> = {
    q: given.get('g0.expr')?.trim() ?? null,
    tab: tab === '1' || tab === 'table' ? 'table' : null,
    range: given.get('g0.range_input'),
    step: given.get('g0.step_input'),
    stacked: given.get('g0.stacked') === '1' ? '1' : null,
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) if (value !== null && value !== '') parameters.set(name, value);
  const query = parameters.toString();
  return query === '' ? '/explore' : `/explore?${query}`;
}
