// What holds for every page: readable by everyone, in both themes, and on a phone.
import { accessibilityFindings, expect, overflow, PAGES, screenshot, test, THEMES } from './page';

for (const { name, path, ready } of PAGES) {
  for (const theme of THEMES) {
    test(`${name} has no serious accessibility finding in the ${theme} theme`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme });
      await page.goto(path);
      await ready(page);
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      expect(await accessibilityFindings(page)).toEqual([]);
      await screenshot(page, `${name}-${theme}`);
    });
  }

  test(`${name} fits a phone without scrolling sideways`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(path);
    await ready(page);
    expect(await overflow(page)).toBe(0);
    expect(await accessibilityFindings(page)).toEqual([]);
    await screenshot(page, `${name}-phone`);
  });
}

test('a chosen theme is remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/alerts');
  await page.getByRole('button', { name: 'Switch to light theme' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('the help says what the slash does on the page', async ({ page }) => {
  await page.goto('/alerts');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await expect(page.getByRole('dialog')).toContainText('Focus the filter');
});

test('the keyboard reaches every page, the editor and the help', async ({ page }) => {
  await page.goto('/');
  for (const [keys, path] of [['ga', '/alerts'], ['gt', '/targets'], ['ge', '/explore']] as const) {
    await page.locator('main').focus();
    await page.keyboard.type(keys);
    await expect(page).toHaveURL(new RegExp(`${path}$`));
  }
  const editor = page.getByRole('textbox', { name: 'PromQL query' });
  await expect(editor).toBeFocused();
  await page.locator('main').focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.locator('main').focus();
  await page.keyboard.press('/');
  await expect(editor).toBeFocused();
});

test('the first stop of the keyboard skips to the content', async ({ page }) => {
  await page.goto('/targets');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});

test('an unknown address says so and leads back', async ({ page }) => {
  await page.goto('/no-such-page');
  await page.getByRole('link', { name: 'Go to the overview' }).click();
  await expect(page).toHaveURL(/\/$/);
});

test('nothing is fetched from anywhere but the server', async ({ page, baseURL }) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(baseURL!).host) foreign.push(request.url());
  });
  for (const { path, ready } of PAGES) {
    await page.goto(path);
    await ready(page);
  }
  expect(foreign).toEqual([]);
});
