// Runs before the first paint so that no theme flashes. `src/lib/theme.svelte.ts` owns the rest.
(() => {
  let theme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  try {
    const remembered = localStorage.getItem('sextant.theme');
    if (remembered === 'dark' || remembered === 'light') theme = remembered;
  } catch {
    // Storage is blocked: the system theme applies.
  }
  document.documentElement.dataset.theme = theme;
})();
