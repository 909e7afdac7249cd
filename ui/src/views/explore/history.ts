/** Queries that were run, newest first, kept in the browser. */

const STORAGE_KEY = 'sextant.queries';
const ENTRIES_MAX = 50;
const QUERY_LENGTH_MAX = 4_000;

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function readHistory(store: Store): string[] {
  try {
    const stored: unknown = JSON.parse(store.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((entry): entry is string => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}

/** Puts `query` first; the answer is the new history, whether or not it could be stored. */
export function remember(store: Store, query: string): string[] {
  const trimmed = query.trim();
  if (trimmed === '' || trimmed.length > QUERY_LENGTH_MAX) return readHistory(store);
  const entries = [trimmed, ...readHistory(store).filter((entry) => entry !== trimmed)].slice(0, ENTRIES_MAX);
  try {
    store.setItem(STORAGE_KEY, JSON.stringify(entries));
  } catch {
    // Storage is full or blocked: the history lasts until the page is left.
  }
  return entries;
}

export function forget(store: Store): void {
  store.removeItem(STORAGE_KEY);
}
