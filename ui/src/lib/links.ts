/** Addresses within the site that need more than a path. */

/** Explore with a query, and optionally a relative range such as `15m`. */
export function exploreLink(query: string, range?: string): string {
  const parameters = new URLSearchParams({ q: query });
  if (range !== undefined) parameters.set('range', range);
  return `/explore?${parameters.toString()}`;
}
