// The overview moves every second without a reload.
import { expect, lastTime, PAGES, test } from './page';

const CHARTS = ['CPU by mode', 'Memory', 'Disk throughput', 'Disk utilisation', 'Network', 'Load', 'Pressure'];
const overview = PAGES[0];

test.beforeEach(async ({ page }) => {
  await page.goto(overview.path);
  await overview.ready(page);
});

test('every chart takes at least three more points within a few seconds', async ({ page }) => {
  for (const title of CHARTS) {
    const chart = `[data-chart="${title}"]`;
    await expect(page.locator(chart)).toHaveAttribute('data-last-time', /\d/);
  }
  const before = await Promise.all(CHARTS.map((title) => lastTime(page, `[data-chart="${title}"]`)));
  for (const [index, title] of CHARTS.entries()) {
    await expect.poll(() => lastTime(page, `[data-chart="${title}"]`)).toBeGreaterThanOrEqual(before[index]! + 3);
  }
});

test('the charts move once per second, not in jumps', async ({ page }) => {
  // Each change of the attribute is noted by the page itself, so no change can be missed.
  const times = await page.evaluate(async () => {
    const chart = document.querySelector('[data-chart="CPU by mode"]')!;
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        seen.push(Number(chart.getAttribute('data-last-time')));
        if (seen.length < 5) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(chart, { attributes: true, attributeFilter: ['data-last-time'] });
    });
    return seen;
  });
  expect(times.at(-1)! - times[0]!).toBeLessThanOrEqual(8);
});

test('every key figure has a value', async ({ page }) => {
  const figures = page.locator('[data-figure]');
  await expect(figures).toHaveCount(8);
  for (const figure of await figures.all()) await expect(figure.locator('.number')).toHaveText(/\d/);
});

test('pause stops the charts and resume fills the gap', async ({ page }) => {
  const chart = '[data-chart="Memory"]';
  const clock = '[data-figure="cpu"]';
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Paused' })).toBeVisible();
  const paused = await lastTime(page, chart);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => lastTime(page, chart)).toBeGreaterThan(paused);
  await expect.poll(() => lastTime(page, clock)).toBeGreaterThan(paused);
});

test('a longer window has a link and still shows data', async ({ page }) => {
  await page.getByRole('button', { name: '1h', exact: true }).click();
  await expect(page).toHaveURL(/window=1h/);
  await expect(page.locator('[data-chart="Load"]')).toHaveAttribute('data-last-time', /\d/);
  await page.reload();
  await expect(page.getByRole('button', { name: '1h', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('a click in the legend shows one series alone', async ({ page }) => {
  const legend = page.locator('[data-panel="load"] .legend');
  const series = legend.getByRole('button', { name: /^5 min/ });
  await series.click();
  await expect(series).toHaveAttribute('aria-pressed', 'true');
  await expect(legend.getByRole('button', { name: /^1 min/ })).toHaveAttribute('aria-pressed', 'false');
  await series.click();
  await expect(series).toHaveAttribute('aria-pressed', 'false');
});

test('a chart leads to its query in Explore', async ({ page }) => {
  await page.getByRole('link', { name: 'Open Load in Explore' }).click();
  await expect(page).toHaveURL(/\/explore\?q=node_load1/);
  await expect(page.locator('[data-series]').first()).toBeVisible();
});

test('tables of processes and file systems are filled', async ({ page }) => {
  await expect(page.getByRole('region', { name: 'Busiest processes' }).locator('tbody tr td').first()).toHaveText(/\w/);
  await expect(page.getByRole('region', { name: 'File systems' }).locator('tbody tr').first()).toBeVisible();
});

test('the page stays where it is while it moves', async ({ page }) => {
  const tops = (): Promise<number[]> =>
    page.locator('.panel').evaluateAll((panels) => panels.map((panel) => Math.round(panel.getBoundingClientRect().top)));
  await expect(page.getByRole('region', { name: 'File systems' }).locator('tbody tr').first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Busiest processes' }).locator('tbody tr').first()).toBeVisible();
  const chart = '[data-chart="Pressure"]';
  const begin = await lastTime(page, chart);
  const before = await tops();
  await expect.poll(() => lastTime(page, chart)).toBeGreaterThanOrEqual(begin + 3);
  expect(await tops()).toEqual(before);
});

test('any host that reports can be chosen, and the choice has a link', async ({ page }) => {
  await page.route('**/api/v1/query', async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { data: { result: unknown[] } };
    const asksForHosts = new URLSearchParams(route.request().postData() ?? '').get('query')?.includes('node_uname_info') === true;
    if (asksForHosts) answer.data.result.push({ metric: { job: 'pushed', instance: 'web-9' }, value: [1, '1'] });
    await route.fulfill({ response, json: answer });
  });
  await page.reload();
  const host = page.getByRole('combobox', { name: 'Host' });
  await expect(host).toBeVisible();
  const local = await host.locator('option:checked').textContent();
  await host.selectOption('web-9');
  await expect(page).toHaveURL(/host=web-9&job=pushed/);
  await expect(page.getByText('No processes reported')).toBeVisible();
  await page.reload();
  await expect(host.locator('option:checked')).toHaveText('web-9');
  await host.selectOption(local!);
  await expect(page).toHaveURL(/\/$/);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('names of processes are readable on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const name = page.getByRole('region', { name: 'Busiest processes' }).locator('tbody tr td').first();
  await expect(name).toHaveText(/\w/);
  // Twelve letters of about 7 px.
  expect(await name.evaluate((cell) => cell.clientWidth)).toBeGreaterThanOrEqual(12 * 7 + 16);
});

test.describe('without a connection', () => {
  test.use({ expectErrors: [/ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/] });

  test('the page says so and recovers by itself', async ({ page, context }) => {
    // A socket that is routed can be cut, as a network does.
    let cut = (): void => undefined;
    let refuse = false;
    await page.routeWebSocket(/\/api\/v1\/live/, async (socket) => {
      if (refuse) return void socket.close();
      const server = socket.connectToServer();
      cut = () => {
        void server.close();
        void socket.close();
      };
    });
    await page.route('**/api/v1/query', (route) => (refuse ? route.abort() : route.continue()));
    await page.reload();
    await overview.ready(page);
    refuse = true;
    cut();
    await expect(page.getByRole('status').filter({ hasText: 'Disconnected, retrying' })).toBeVisible();
    await expect(page.locator('[data-figure="cpu"]')).toContainText(/as of \d\d:\d\d:\d\d/);
    refuse = false;
    await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
    const chart = '[data-chart="Memory"]';
    const time = await lastTime(page, chart);
    await expect.poll(() => lastTime(page, chart)).toBeGreaterThan(time);
    await context.setOffline(false);
  });
});
