/** Series colours live in `styles/tokens.css`; the plot needs them as strings. */

export const SERIES_COLORS = 8;

/** The CSS variable of a series' colour, for use in markup. */
export function colorVariable(slot: number): string {
  return `var(--series-${(slot % SERIES_COLORS) + 1})`;
}

export interface PlotColors {
  series: string[];
  axis: string;
  grid: string;
}

/** The current theme's colours, resolved. */
export function readPlotColors(): PlotColors {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    series: Array.from({ length: SERIES_COLORS }, (_, index) => read(`--series-${index + 1}`)),
    axis: read('--text-muted'),
    grid: read('--grid-line'),
  };
}

/** `#rrggbb` with an opacity between 0 and 1. */
export function withAlpha(color: string, alpha: number): string {
  return color + Math.round(alpha * 255).toString(16).padStart(2, '0');
}
