// A query is written with completion, run, read as graph and table, and corrected where it is wrong.
import type { Locator, Page } from '@playwright/test';
import { expect, lastTime, screenshot, test } from './page';

const editor = (page: Page): Locator => page.getByRole('textbox', { name: 'PromQL query' });

async function write(page: Page, query: string): Promise<void> {
  await editor(page).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(query);
}

test('a metric is completed, run with Ctrl + Enter, drawn and listed', async ({ page }) => {
  // A server that has just started knows no metrics yet.
  await expect.poll(async () => (await page.request.get('/api/v1/query?query=node_memory_MemTotal_bytes')).text()).toContain('MemTotal');
  await page.goto('/explore');
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type('node_memory_MemTot');
  const option = page.getByRole('option', { name: /node_memory_MemTotal_bytes/ });
  await expect(option).toBeVisible();
  await screenshot(page, 'explore-completion');
  await option.click();
  await expect(editor(page)).toHaveText('node_memory_MemTotal_bytes');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('[data-series^="node_memory_MemTotal_bytes"]').first()).toBeVisible();
  await expect(page.locator('[data-chart="Graph"]')).toHaveAttribute('data-last-time', /\d/);
  await expect(page.locator('[data-series] .last').first()).toHaveText(/[KMGT]iB/);
  await expect(page).toHaveURL(/q=node_memory_MemTotal_bytes/);
});

test('functions and label names are completed too', async ({ page }) => {
  await page.goto('/explore');
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type('histogram_quan');
  await expect(page.getByRole('option', { name: /histogram_quantile/ }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await write(page, 'node_load1{ins');
  await expect(page.getByRole('option', { name: /instance/ }).first()).toBeVisible();
});

test('Enter runs, with Shift it begins a line, and Escape gives the keys back to the page', async ({ page }) => {
  await page.goto('/explore');
  await expect(editor(page)).toBeFocused();
  await page.keyboard.insertText(' node_load1 ');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.insertText('+ node_load5 ');
  await expect(page.locator('.cm-line')).toHaveCount(2);
  await expect(page).toHaveURL(/explore$/);
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('node_load1 \n+ node_load5');
  await expect(page.locator('[data-series]').first()).toBeVisible();
  await expect(page.locator('.cm-line')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(editor(page)).not.toBeFocused();
  await page.keyboard.type('ga');
  await expect(page).toHaveURL(/alerts$/);
});

for (const key of ['Enter', 'Tab'] as const) {
  test(`${key} takes the completion that is offered and does not run`, async ({ page }) => {
    await page.goto('/explore');
    await expect(editor(page)).toBeFocused();
    await page.keyboard.type('node_memory_MemTot');
    await expect(page.getByRole('option', { name: /node_memory_MemTotal_bytes/ })).toHaveAttribute('aria-selected', 'true');
    // An option that has only just appeared is not taken.
    await expect(async () => {
      await page.keyboard.press(key);
      await expect(editor(page)).toHaveText('node_memory_MemTotal_bytes', { timeout: 200 });
    }).toPass();
    await expect(editor(page)).toBeFocused();
    await expect(page).toHaveURL(/explore$/);
  });
}

test('Escape closes the completion first and leaves the editor then', async ({ page }) => {
  await page.goto('/explore');
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type('node_memory_MemTot');
  await expect(page.getByRole('option').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('option')).toHaveCount(0);
  await expect(editor(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(editor(page)).not.toBeFocused();
});

test('the address in a notification opens its expression', async ({ page }) => {
  await page.goto(`/graph?g0.expr=${encodeURIComponent('node_load1 >= 0')}&g0.tab=1`);
  await expect(page).toHaveURL(/\/explore\?q=node_load1\+%3E%3D\+0&tab=table$/);
  await expect(page.getByRole('cell', { name: 'node_load1' }).first()).toBeVisible();
  await page.goto('/graph?g0.expr=node_load1&g0.tab=0&g0.range_input=15m');
  await expect(page.locator('[data-series]').first()).toBeVisible();
  await expect(page.getByRole('button', { name: '15m' })).toHaveAttribute('aria-pressed', 'true');
});

test('a range of values is one row per series, with a time beside each value', async ({ page }) => {
  await page.goto('/explore?q=node_load1%5B1h%5D&tab=table');
  const row = page.locator('tbody tr').first();
  await expect(row.locator('li').first()).toHaveText(/^\d\d:\d\d:\d\d[\d.]+$/);
  expect(await row.locator('li').count()).toBeLessThanOrEqual(50);
  await expect(page.getByRole('columnheader', { name: 'Time and value' })).toBeInViewport();
  await expect(page.locator('[data-evaluated-at]')).toHaveText(/^at \d\d:\d\d:\d\d$/);
  await expect(page.getByRole('group', { name: 'Range' })).toHaveCount(0);
  await screenshot(page, 'explore-values');
});

test('the value column stays in sight on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/explore?q=node_cpu_seconds_total&tab=table');
  await expect(page.locator('td.value').first()).toBeInViewport({ ratio: 0.9 });
  await expect(page.getByRole('columnheader', { name: 'Value' })).toBeInViewport({ ratio: 0.9 });
});

test('a link holds query, view and range', async ({ page }) => {
  await page.goto('/explore?q=node_load1&tab=table&range=15m');
  await expect(page.getByRole('button', { name: 'Table', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('cell', { name: 'node_load1' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Graph' }).click();
  await expect(page.locator('[data-series]').first()).toBeVisible();
  await expect(page.getByRole('button', { name: '15m' })).toHaveAttribute('aria-pressed', 'true');
  await page.goBack();
  await expect(page.getByRole('button', { name: 'Table', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('the table is sorted by a click on its head', async ({ page }) => {
  await page.goto('/explore?q=node_cpu_seconds_total&tab=table');
  const head = page.getByRole('columnheader', { name: 'Value' });
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  const values = (await page.locator('td.value').allTextContents()).map(Number);
  expect(values.length).toBeGreaterThan(1);
  expect(values).toEqual([...values].sort((a, b) => b - a));
});

test('one series is isolated by a click and all come back by another', async ({ page }) => {
  await page.goto('/explore?q=node_cpu_seconds_total&range=5m');
  const buttons = page.locator('[data-series] button');
  await expect(buttons.nth(1)).toBeVisible();
  await buttons.first().click();
  await expect(buttons.first()).toHaveAttribute('aria-pressed', 'true');
  await expect(buttons.nth(1)).toHaveAttribute('aria-pressed', 'false');
  await buttons.first().click();
  await expect(buttons.first()).toHaveAttribute('aria-pressed', 'false');
});

test('a live graph moves by itself', async ({ page }) => {
  await page.goto('/explore?q=node_load1&range=5m');
  const graph = '[data-chart="Graph"]';
  await expect(page.locator(graph)).toHaveAttribute('data-last-time', /\d/);
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  const before = await lastTime(page, graph);
  await expect.poll(() => lastTime(page, graph)).toBeGreaterThanOrEqual(before + 3);
  await expect(page).toHaveURL(/live=1/);
});

test('dragging across the graph zooms into that span', async ({ page }) => {
  await page.goto('/explore?q=up&range=5m');
  const plot = page.locator('[data-chart="Graph"] .u-over');
  await expect(plot).toBeVisible();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.6, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 50, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=\d+.*to=\d+/);
  await page.getByRole('button', { name: 'Back to relative' }).click();
  await expect(page).not.toHaveURL(/from=/);
});

test.describe('while the server is gone', () => {
  test.use({ expectErrors: [/ERR_FAILED/] });

  test('a live graph says so, keeps its last answer and recovers', async ({ page }) => {
    await page.goto('/explore?q=node_load1&range=5m&live=1');
    await expect(page.locator('[data-chart="Graph"]')).toHaveAttribute('data-last-time', /\d/);
    await page.route(/\/api\/v1\/query_range/, (route) => route.abort());
    await expect(page.getByRole('button', { name: 'Disconnected, retrying' })).toBeVisible();
    await expect(page.locator('[data-series]').first()).toBeVisible();
    await page.unroute(/\/api\/v1\/query_range/);
    await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible();
  });
});

test('queries that were run are offered again', async ({ page }) => {
  await page.goto('/explore');
  await expect(editor(page)).toBeFocused();
  await write(page, 'node_load5');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-series^="node_load5"]').first()).toBeVisible();
  await page.goto('/explore');
  await page.getByText('History', { exact: true }).click();
  await page.getByRole('button', { name: 'node_load5' }).click();
  await expect(page.locator('[data-series^="node_load5"]').first()).toBeVisible();
});

test('a valid query without series says so', async ({ page }) => {
  await page.goto('/explore?q=no_such_metric_anywhere');
  await expect(page.getByText('The query is valid but has no series in this range.')).toBeVisible();
});

test.describe('with a wrong query', () => {
  test.use({ expectErrors: [/status of 400/] });

  test('the error is shown where it is', async ({ page }) => {
    await page.goto('/explore');
    await expect(editor(page)).toBeFocused();
    await page.keyboard.insertText('sum(node_load1) + nosuchfunction(up)');
    await page.keyboard.press('Control+Enter');
    await expect(page.locator('[data-error]')).toContainText('Error at line 1, column 19');
    await expect(page.locator('.cm-server-error')).toHaveText('nosuchfunction');
    await screenshot(page, 'explore-error');
    await write(page, 'up');
    await expect(page.locator('.cm-server-error')).toHaveCount(0);
    await page.keyboard.press('Control+Enter');
    await expect(page.locator('[data-error]')).toHaveCount(0);
  });
});
