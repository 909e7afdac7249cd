/** The key `/` puts the cursor into the page's query or filter, wherever that is. */
import { router } from './router.svelte';

const FOCUS_EVENT = 'sextant:focus-editor';

/** Asks the page for its main text field; the overview has none and leads to Explore. */
export function focusEditor(): void {
  if (router.path === '/') router.go('/explore');
  else window.dispatchEvent(new Event(FOCUS_EVENT));
}

/** Calls `focus` whenever the page's main text field is asked for; the answer stops that. */
export function onFocusEditor(focus: () => void): () => void {
  window.addEventListener(FOCUS_EVENT, focus);
  return () => window.removeEventListener(FOCUS_EVENT, focus);
}
