/** The address bar as state. Paths are matched in App.svelte; views read and write their parameters here. */
import { aliasTarget } from './alias';

class Router {
  path = $state('');
  parameters = $state.raw(new URLSearchParams());

  constructor() {
    this.read();
  }

  /** Listens for the back button and for clicks on links within the site; the answer stops that. */
  start(): () => void {
    const read = (): void => this.read();
    const click = (event: MouseEvent): void => this.click(event);
    window.addEventListener('popstate', read);
    document.addEventListener('click', click);
    return () => {
      window.removeEventListener('popstate', read);
      document.removeEventListener('click', click);
    };
  }

  go(address: string): void {
    history.pushState(null, '', address);
    this.read();
    window.scrollTo(0, 0);
  }

  /** Changes parameters of the current page; null removes one. Only `push` makes an entry for the back button. */
  set(changes: Record<string, string | null>, how: 'replace' | 'push' = 'replace'): void {
    const parameters = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) parameters.delete(name);
      else parameters.set(name, value);
    }
    const query = parameters.toString();
    const address = location.pathname + (query === '' ? '' : `?${query}`);
    if (how === 'push') history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    this.read();
  }

  private read(): void {
    const target = aliasTarget(location.pathname, location.search);
    if (target !== null) history.replaceState(null, '', target);
    this.path = location.pathname;
    this.parameters = new URLSearchParams(location.search);
  }

  private click(event: MouseEvent): void {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!plain || event.defaultPrevented || !(event.target instanceof Element)) return;
    const link = event.target.closest('a[href^="/"]');
    if (!(link instanceof HTMLAnchorElement) || link.target !== '') return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();
