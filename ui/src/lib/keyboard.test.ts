import { expect, test } from 'vitest';
import { keyHandler, shortcutsOf } from './keyboard';

function press(keys: readonly [key: string, at: number][]): string[] {
  const done: string[] = [];
  const handle = keyHandler({
    go: (path) => done.push(path),
    focusEditor: () => done.push('editor'),
    toggleHelp: () => done.push('help'),
  });
  for (const [key, at] of keys) handle(key, at);
  return done;
}

test('g and a letter go to a page', () => {
  expect(press([['g', 0], ['a', 300], ['g', 400], ['o', 500]])).toEqual(['/alerts', '/']);
});

test('a letter alone, too late, or after another key goes nowhere', () => {
  expect(press([['a', 0], ['g', 100], ['a', 9_000], ['g', 9_100], ['x', 9_200], ['t', 9_300]])).toEqual([]);
});

test('slash and question mark work at once', () => {
  expect(press([['/', 0], ['?', 1]])).toEqual(['editor', 'help']);
});

test('the slash is explained by what it does on the page', () => {
  const slash = (path: string): string | undefined => shortcutsOf(path).find(({ keys }) => keys[0] === '/')?.label;
  expect(slash('/alerts')).toBe('Focus the filter');
  expect(slash('/explore')).toBe('Write a query');
});
