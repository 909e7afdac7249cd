/** Options for uPlot: the only file besides `Chart.svelte` that knows the library. */
import uPlot from 'uplot';
import { axisIncrements, formatTicks, type Unit } from '../lib/format/units';
import { tickTime } from '../lib/format/time';
import type { ChartData, ChartSeries } from './data';
import { withAlpha, type PlotColors } from './palette';

export interface PlotSettings {
  unit: Unit;
  stacked: boolean;
  /** Fixed top of the axis, e.g. 1 for a ratio of a whole. */
  max: number | null;
  /** The axis spans at least this much, so that noise near zero stays small. */
  spanMin: number;
  /** Charts with the same key share their crosshair. */
  syncKey: string | null;
  range: () => { from: number; to: number };
  onCursor: (plot: uPlot) => void;
  onZoom: ((from: number, to: number) => void) | null;
}

const FONT = '11px ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const AXIS_WIDTH = 62;
const AXIS_HEIGHT = 26;
const TICK_GAP_PX = 30;
const TICKS_MAX = 8;
const PADDING_RIGHT_PX = 10;
/** Width of a digit in the axes' font, rounded up. */
const DIGIT_PX = 6.5;
const TIME_GAP_PX = 76;
const STACK_ALPHA = 0.42;
const LINE_ALPHA = 0.12;
const ZOOM_MIN_PX = 6;
/** Keeps a bound that is a tick already from being moved by rounding. */
const TINY = 1e-9;
/** Distances between ticks that read well as clock times, in seconds. */
const TIME_INCREMENTS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000,
];

export function plotOptions(data: ChartData, colors: PlotColors, settings: PlotSettings, width: number, height: number): uPlot.Options {
  return {
    width,
    height,
    padding: [8, PADDING_RIGHT_PX, 0, 0],
    legend: { show: false },
    cursor: cursor(settings),
    focus: { alpha: 1 },
    scales: {
      x: { time: true, range: () => [settings.range().from, settings.range().to] },
      y: { range: (_plot, min, max) => toTicks(valueRange(min, max, settings), settings.unit, height) },
    },
    axes: [timeAxis(colors), valueAxis(colors, settings.unit, height)],
    series: [{}, ...data.series.map((series) => seriesOptions(series, data, colors, settings))],
    bands: settings.stacked ? data.series.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })) : [],
    hooks: {
      setCursor: [settings.onCursor],
      setSelect: [(plot) => zoomTo(plot, settings.onZoom)],
    },
  };
}

function cursor(settings: PlotSettings): uPlot.Cursor {
  return {
    x: true,
    y: false,
    points: { size: 6, width: 1 },
    drag: { x: settings.onZoom !== null, y: false, setScale: false },
    ...(settings.syncKey === null ? {} : { sync: { key: settings.syncKey, setSeries: false, scales: ['x', null] } }),
  };
}

function zoomTo(plot: uPlot, onZoom: PlotSettings['onZoom']): void {
  const { left, width } = plot.select;
  if (width >= ZOOM_MIN_PX && onZoom !== null) onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
  if (width > 0) plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

/** The axis' span: zero is always in it for stacks and for values that come near it. */
export function valueRange(min: number | null, max: number | null, settings: Pick<PlotSettings, 'max' | 'spanMin' | 'stacked'>): [number, number] {
  if (min === null || max === null) return [0, settings.max ?? (settings.spanMin > 0 ? settings.spanMin : 1)];
  const low = min >= 0 ? 0 : min * 1.1;
  if (settings.max !== null) return [low, Math.max(settings.max, max)];
  const high = max > 0 ? max * 1.1 : 0;
  if (low === 0 && high === 0) return [0, settings.spanMin > 0 ? settings.spanMin : 1];
  // A series far from zero that hardly moves would be a flat line at the top: let the axis start near it.
  if (!settings.stacked && min > 0 && max - min < 0.05 * max) return closeRange(min, max);
  return low < 0 ? [Math.min(low, -settings.spanMin), Math.max(high, settings.spanMin)] : [0, Math.max(high, settings.spanMin)];
}

function closeRange(min: number, max: number): [number, number] {
  const margin = Math.max((max - min) * 0.5, max * 0.01);
  return [Math.max(0, min - margin), max + margin];
}

function tickSpace(height: number): number {
  return Math.max(TICK_GAP_PX, height / TICKS_MAX);
}

/** Widens a span so that it begins and ends at ticks: no value is above the topmost one. */
export function toTicks([low, high]: [number, number], unit: Unit, height: number): [number, number] {
  const ticks = Math.max(1, (height - AXIS_HEIGHT) / tickSpace(height));
  let span: [number, number] = [low, high];
  // A wider span may need a wider increment, which widens it again.
  for (let round = 0; round < 3; round += 1) {
    const wanted = (span[1] - span[0]) / ticks;
    const increment = axisIncrements(unit).find((candidate) => candidate >= wanted);
    if (increment === undefined) return span;
    span = [Math.floor(low / increment + TINY) * increment, Math.ceil(high / increment - TINY) * increment];
  }
  return span;
}

function timeAxis(colors: PlotColors): uPlot.Axis {
  return {
    stroke: colors.axis,
    font: FONT,
    size: AXIS_HEIGHT,
    gap: 6,
    space: TIME_GAP_PX,
    incrs: TIME_INCREMENTS,
    grid: { show: false },
    ticks: { stroke: colors.grid, width: 1, size: 4 },
    values: (plot, splits, _axis, _space, increment) =>
      splits.map((split) => {
        const label = tickTime(split, increment);
        return fitsAtRight(plot, split, label) ? label : null;
      }),
  };
}

/** A label in the last pixels would be cut off by the chart's edge. */
function fitsAtRight(plot: uPlot, time: number, label: string): boolean {
  const width = plot.bbox.width / devicePixelRatio;
  return width === 0 || plot.valToPos(time, 'x') + (label.length * DIGIT_PX) / 2 <= width + PADDING_RIGHT_PX;
}

function valueAxis(colors: PlotColors, unit: Unit, height: number): uPlot.Axis {
  return {
    stroke: colors.axis,
    font: FONT,
    size: AXIS_WIDTH,
    gap: 6,
    space: tickSpace(height),
    incrs: axisIncrements(unit),
    grid: { stroke: colors.grid, width: 1 },
    ticks: { show: false },
    values: (_plot, splits) => formatTicks(splits.map(Math.abs), unit),
  };
}

function seriesOptions({ color: slot, mirrored, faint }: ChartSeries, data: ChartData, colors: PlotColors, settings: PlotSettings): uPlot.Series {
  const color = colors.series[slot % colors.series.length] ?? colors.axis;
  const filled = settings.stacked || mirrored || data.series.length <= 2 || data.series.some((series) => series.mirrored);
  return {
    stroke: color,
    width: settings.stacked ? 1 : 1.5,
    points: { show: data.times.length < 3 },
    // More lines than colours: later rounds are dashed, so that no two look the same.
    ...(slot >= colors.series.length ? { dash: [6, 3] } : {}),
    ...(filled ? { fill: withAlpha(color, settings.stacked && !faint ? STACK_ALPHA : LINE_ALPHA) } : {}),
  };
}
