import { expect, test } from 'vitest';
import { autoStep, clampStep, LIVE_WINDOWS, liveWindow, POINTS_MAX, rateWindow, snap } from './range';

test('a live window never holds more than about a thousand points', () => {
  for (const { seconds, stepSeconds } of LIVE_WINDOWS) expect(seconds / stepSeconds).toBeLessThanOrEqual(1_000);
});

test('an unknown window is the first one', () => {
  expect(liveWindow('1h').seconds).toBe(3_600);
  expect(liveWindow('nonsense')).toBe(LIVE_WINDOWS[0]);
  expect(liveWindow(null)).toBe(LIVE_WINDOWS[0]);
});

test.each([
  [1, '10s'],
  [5, '20s'],
  [900, '3600s'],
])('points %s s apart are rated over %s', (step, want) => {
  expect(rateWindow(step)).toBe(want);
});

test.each([
  [300, 1],
  [3_600, 15],
  [86_400, 300],
  [2_592_000, 14_400],
  [86_400 * 3_650, 86_400 * 13],
])('a range of %s s is read every %s s', (range, want) => {
  expect(autoStep(range)).toBe(want);
});

test('a step too fine for its range is made coarser', () => {
  expect(clampStep(1, POINTS_MAX * 10)).toBe(10);
  expect(clampStep(60, 3_600)).toBe(60);
});

test('times move to the nearest point of the grid', () => {
  expect([snap(100.4, 1), snap(112, 5), snap(113, 5)]).toEqual([100, 110, 115]);
});
