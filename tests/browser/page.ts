// What every test starts from: a page that must not log errors, and the checks all pages share.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';

/** A page whose console must stay clean; `expectErrors` names messages a test provokes on purpose. */
export const test = base.extend<{ expectErrors: RegExp[] }>({
  expectErrors: [[], { option: true }],
  page: async ({ page, expectErrors }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    await use(page);
    expect(errors.filter((error) => !expectErrors.some((pattern) => pattern.test(error)))).toEqual([]);
  },
});

export const THEMES = ['dark', 'light'] as const;

export const PAGES = [
  { name: 'overview', path: '/', ready: overviewReady },
  { name: 'explore', path: '/explore?q=up&range=5m', ready: exploreReady },
  { name: 'alerts', path: '/alerts', ready: (page: Page) => headingAndContent(page, 'Alerts') },
  { name: 'targets', path: '/targets', ready: (page: Page) => headingAndContent(page, 'Targets') },
] as const;

async function overviewReady(page: Page): Promise<void> {
  await expect(page.locator('[data-chart="CPU by mode"]')).toHaveAttribute('data-last-time', /\d/);
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
}

async function exploreReady(page: Page): Promise<void> {
  await expect(page.getByRole('textbox', { name: 'PromQL query' })).toBeVisible();
  await expect(page.locator('[data-series]').first()).toBeVisible();
}

async function headingAndContent(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.locator('.panel').first()).toBeVisible();
  await expect(page.getByRole('status', { name: 'Loading…' })).toHaveCount(0);
}

/** The newest time on a chart or figure, in seconds since the epoch. */
export async function lastTime(page: Page, selector: string): Promise<number> {
  return Number(await page.locator(selector).getAttribute('data-last-time'));
}

/** Serious and critical findings, with the elements they are about. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `out/${name}.png`, fullPage: true });
}

/** How far the page is wider than the window, in pixels. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
}

export { expect };
