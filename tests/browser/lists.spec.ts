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
  await rule.locator('summary').click();
  const expression = (await rule.locator('pre').innerText()).trim();
  await rule.getByRole('link', { name: 'Open in Explore' }).click();
  await expect(page).toHaveURL(/\/explore\?q=/);
  expect(new URL(page.url()).searchParams.get('q')?.trim()).toBe(expression);
});

test('an alert leads with its severity and summary, then what to do; the rule is folded', async ({ page }) => {
  await page.goto(alerts.path);
  await alerts.ready(page);
  const rule = page.locator('[data-rule="TestAction"]');
  await expect(rule.locator('[data-severity="critical"]')).toHaveText('critical');
  await expect(rule.locator('[data-alert] strong')).toHaveText(/ has a load$/);
  await expect(rule.locator('dt')).toHaveText(['description', 'action', 'runbook_url', 'team', 'ticket']);
  const link = rule.getByRole('link');
  await expect(link).toHaveCount(1);
  await expect(link).toHaveAttribute('href', 'https://runbooks.example/load');
  await expect(link).toHaveAttribute('rel', 'noreferrer');
  await expect(rule.locator('pre')).toHaveCount(0);
  await rule.locator('summary').click();
  await expect(rule.locator('pre')).toHaveText('node_load1{job="node"} >= 0');
});

test('what fires is ordered by severity', async ({ page }) => {
  await page.goto('/alerts?state=firing');
  await expect(page.locator('[data-rule="TestTargetDown"] [data-alert]')).toBeVisible();
  const ranks = ['critical', 'high', 'warning', 'info'];
  const shown = await page
    .locator('[data-rule]')
    .evaluateAll((rules) => rules.map((rule) => rule.querySelector('[data-severity]')?.getAttribute('data-severity') ?? 'high'));
  expect(shown.length).toBeGreaterThanOrEqual(3);
  expect(shown).toEqual([...shown].sort((a, b) => ranks.indexOf(a) - ranks.indexOf(b)));
});

test('alerts and rules are counted apart and say which they are', async ({ page }) => {
  await page.goto(alerts.path);
  await expect(page.locator('[data-rule="TestHigh"] [data-alert]').first()).toBeVisible();
  await expect(page.getByText(/^\d+ alerts firing, from \d+ rules$/)).toBeVisible();
  await expect(page.getByRole('group', { name: 'Rules by state' })).toBeVisible();
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
