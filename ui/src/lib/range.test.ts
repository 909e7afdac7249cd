import { expect, test } from 'vitest';
import { autoStep, clampStep, LIVE_WINDOWS, liveWindow, POINTS_MAX, rateWindow, samplesWanted, snap } from './range';

test('a live window never holds more than about a thousand points', () => {
  for (const { seconds, stepSeconds } of LIVE_WINDOWS) expect(seconds / stepSeconds).toBeLessThanOrEqual(1_000);
});

test('an unknown window is the first one', () => {
  expect(liveWindow('1h').seconds).toBe(3_600);
  expect(liveWindow('nonsense')).toBe(LIVE_WINDOWS[0]);
  expect(liveWindow(null)).toBe(LIVE_WINDOWS[0]);
});

test.each([
  [1, 1, 10, 8],
  [5, 1, 20, 16],
  [900, 1, 3600, 48],
  [1, 15, 60, 3],
  [1, 60, 240, 2],
])('points %s s apart of samples %s s apart are rated over %s s with at least %s samples', (step, sample, want, samples) => {
  expect(rateWindow(step, sample)).toBe(want);
  expect(samplesWanted(want, sample)).toBe(samples);
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
