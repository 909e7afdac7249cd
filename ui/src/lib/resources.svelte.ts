/** Polled server state that several parts of the page show. */
import { fetchRuleGroups } from '../api/rules';
import { fetchTargets } from '../api/targets';
import { Polled } from './polled.svelte';

const INTERVAL_MS = 5_000;

export const ruleGroups = new Polled(fetchRuleGroups, INTERVAL_MS);
export const targets = new Polled(fetchTargets, INTERVAL_MS);
