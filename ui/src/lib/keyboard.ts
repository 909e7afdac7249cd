/** Keys that work on every page. The same table is shown by the help (`?`). */
import { text } from './text';

export interface Shortcut {
  keys: readonly string[];
  label: string;
}

const SEQUENCE_MS = 1_200;

export interface Actions {
  go(path: string): void;
  focusEditor(): void;
  toggleHelp(): void;
}

const GO: Readonly<Record<string, string>> = { o: '/', e: '/explore', a: '/alerts', t: '/targets' };

const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['g', 'o'], label: text.help.goOverview },
  { keys: ['g', 'e'], label: text.help.goExplore },
  { keys: ['g', 'a'], label: text.help.goAlerts },
  { keys: ['g', 't'], label: text.help.goTargets },
  { keys: ['/'], label: text.help.focusEditor },
  { keys: ['Enter'], label: text.help.run },
  { keys: ['Shift', 'Enter'], label: text.help.newLine },
  { keys: ['Esc'], label: text.help.leave },
  { keys: ['?'], label: text.help.help },
];

/** Pages whose main text field filters what is shown. */
const FILTERED = ['/alerts', '/targets'];

/** The shortcuts as they are on the page at `path`. */
export function shortcutsOf(path: string): readonly Shortcut[] {
  if (!FILTERED.includes(path)) return SHORTCUTS;
  return SHORTCUTS.map((shortcut) => (shortcut.keys[0] === '/' ? { ...shortcut, label: text.help.focusFilter } : shortcut));
}

/** Handles one key; `now` in milliseconds. The answer says whether the key was used. */
export function keyHandler(actions: Actions): (key: string, now: number) => boolean {
  let prefixAt = -Infinity;
  return (key, now) => {
    const target = now - prefixAt <= SEQUENCE_MS ? GO[key] : undefined;
    prefixAt = key === 'g' ? now : -Infinity;
    if (target !== undefined) actions.go(target);
    else if (key === '/') actions.focusEditor();
    else if (key === '?') actions.toggleHelp();
    else return false;
    return true;
  };
}

/** Whether keys typed into `target` belong to it. */
export function takesText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}
