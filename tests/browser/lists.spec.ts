// Alerts and targets: what is there is shown, filtered and linked. Nothing is assumed about which rules exist.
import { expect, PAGES, test } from './page';

const alerts = PAGES[2];
const targets = PAGES[3];

test('a rule opens to its expression, which leads to Explore', async ({ page }) => {
  await page.goto(alerts.path);
  await alerts.ready(page);
  const rules = page.locator('[data-rule]');
  test.skip((await rules.count()) === 0, 'this server has no rules');
  const rule = rules.last();
  const isOpen = await rule.evaluate((element: HTMLDetailsElement) => element.open);
  if (!isOpen) await rule.locator('summary').click();
  const expression = (await rule.locator('pre').innerText()).trim();
  await rule.getByRole('link', { name: 'Open in Explore' }).click();
  await expect(page).toHaveURL(/\/explore\?q=/);
  expect(new URL(page.url()).searchParams.get('q')?.trim()).toBe(expression);
});

test('rules are filtered by state and text, and the filter is in the address', async ({ page }) => {
  await page.goto(alerts.path);
  await alerts.ready(page);
  const rules = page.locator('[data-rule]');
  test.skip((await rules.count()) === 0, 'this server has no rules');
  const name = (await rules.first().getAttribute('data-rule'))!;
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await expect(page).toHaveURL(new RegExp(`q=${encodeURIComponent(name)}`));
  await expect(rules.first()).toHaveAttribute('data-rule', name);
  await page.getByRole('searchbox').fill('no rule has this name');
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect(rules.first()).toBeVisible();
});

test('targets show health, address, last scrape and the reason of a failure', async ({ page }) => {
  await page.goto(targets.path);
  await targets.ready(page);
  const rows = page.locator('[data-health]');
  test.skip((await rows.count()) === 0, 'this server scrapes nothing');
  await expect(rows.first()).toContainText(/https?:\/\//);
  for (const row of await page.locator('[data-health="down"]').all()) await expect(row.locator('.error')).toHaveText(/\w/);
});

test('targets are filtered by health', async ({ page }) => {
  await page.goto(targets.path);
  await targets.ready(page);
  const rows = page.locator('[data-health]');
  test.skip((await rows.count()) === 0, 'this server scrapes nothing');
  await page.getByRole('group', { name: 'Health' }).getByRole('button', { name: /^Up/ }).click();
  await expect(page).toHaveURL(/health=up/);
  await expect(page.locator('[data-health="down"]')).toHaveCount(0);
});
