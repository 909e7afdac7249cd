/** One row per page: the navigation, the titles and what is loaded derive from it. */
import type { Component } from 'svelte';
import { text } from '../lib/text';
import Overview from './overview/Overview.svelte';

export interface Route {
  path: string;
  title: string;
  icon: 'gauge' | 'chart' | 'bell' | 'target';
  /** The view itself, or how to fetch it when first opened. */
  view: { loaded: Component } | { load: () => Promise<{ default: Component }> };
}

export const ROUTES: readonly Route[] = [
  { path: '/', title: text.app.overview, icon: 'gauge', view: { loaded: Overview } },
  { path: '/explore', title: text.app.explore, icon: 'chart', view: { load: () => import('./explore/Explore.svelte') } },
  { path: '/alerts', title: text.app.alerts, icon: 'bell', view: { load: () => import('./alerts/Alerts.svelte') } },
  { path: '/targets', title: text.app.targets, icon: 'target', view: { load: () => import('./targets/Targets.svelte') } },
];

export function routeOf(path: string): Route | null {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
  return ROUTES.find((route) => route.path === trimmed) ?? null;
}
