/** Dark or light: the system's choice until someone toggles, then what was toggled. */

export type Theme = 'dark' | 'light';

// public/theme.js reads the same key before the first paint.
const STORAGE_KEY = 'sextant.theme';

class ThemeChoice {
  current = $state<Theme>('dark');

  /** Applies the remembered or the system's theme and follows the system; the answer stops that. */
  start(): () => void {
    const system = window.matchMedia('(prefers-color-scheme: light)');
    const follow = (): void => this.apply(remembered() ?? (system.matches ? 'light' : 'dark'));
    follow();
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }

  toggle(): void {
    const next = this.current === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(STORAGE_KEY, next);
    } catch {
      // Storage is blocked: the choice lasts until the page is left.
    }
    this.apply(next);
  }

  private apply(theme: Theme): void {
    document.documentElement.dataset['theme'] = theme;
    this.current = theme;
  }
}

function remembered(): Theme | null {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === 'dark' || stored === 'light' ? stored : null;
  } catch {
    return null;
  }
}

export const theme = new ThemeChoice();
