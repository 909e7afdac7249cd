/** Which series are shown after a click on one: null means all. */
export function toggled(
  isolated: ReadonlySet<string> | null,
  all: readonly string[],
  key: string,
  additive: boolean,
): ReadonlySet<string> | null {
  if (!additive) return isolated?.size === 1 && isolated.has(key) ? null : new Set([key]);
  const next = new Set(isolated ?? all);
  if (!next.delete(key)) next.add(key);
  return next.size === 0 || all.every((candidate) => next.has(candidate)) ? null : next;
}
