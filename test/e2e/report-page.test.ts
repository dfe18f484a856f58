import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { ReportData } from '../../lab/report/report-data.ts';
import { FIGURE_IDS } from '../../lab/report/report-figures.ts';
import { reportHtml } from '../../lab/report/report-html.ts';
import { PAPERS } from '../../lab/report/report-style.ts';
import { sampleReport } from '../lab/report/sample-report.ts';
import { launchBrowser } from '../support/browser.ts';
import { builtScript, openPage, overlaps } from '../support/plot-page.ts';

const POLICIES = ['smart', 'round-robin', 'random'] as const;
const MARKS = 'path:not([d=""]), circle, line, rect, image';

const WIDTHS = [420, 800, 1280, 1920];

let folder = '';
/** A report of two rates, and one of a lone rate that no request has to wait at. */
let file = '';
let calmFile = '';
let browser: Browser | undefined;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fakeai-report-'));
  file = join(folder, 'report.html');
  const data = sampleReport({
    policies: POLICIES,
    rates: [1, 4],
    workers: 4,
    seeds: [1, 2],
    requests: 150,
  });
  const script = await builtScript('page.ts');
  await writeFile(file, reportHtml({ ...data, title: 'A trace & <its> replay' }, script));
  calmFile = join(folder, 'calm.html');
  const calm = sampleReport({
    policies: POLICIES,
    rates: [0.1],
    workers: 8,
    seeds: [1],
    requests: 60,
  });
  await writeFile(calmFile, reportHtml(withoutQueue(calm), script));
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

function withoutQueue(data: ReportData): ReportData {
  const cells = data.cells.map((cell) => {
    const { series } = cell.result;
    const waiting = series.waiting.map((row) => row.map(() => 0));
    return { ...cell, result: { ...cell.result, series: { ...series, waiting } } };
  });
  return { ...data, cells };
}

test('the report draws every figure from its file alone, without a complaint', async (t) => {
  const report = await openPage(t, browser, file);
  if (report === undefined) return;
  const { page, complaints, requests, url } = report;
  for (const id of FIGURE_IDS) {
    const marks = await marksOf(page, id);
    assert.ok(marks.length > 0, `${id} has no plot`);
    assert.ok(Math.min(...marks) > 3, `${id} has a plot without marks`);
  }
  assert.equal(await page.locator('h1').textContent(), 'A trace & <its> replay');
  assert.deepEqual(complaints, []);
  // Colours of a heat map are an image within the file.
  assert.deepEqual(
    requests.filter((request) => !request.startsWith('data:')),
    [url],
  );
});

test('legends and small multiples name the policies in the order of the tables', async (t) => {
  const report = await openPage(t, browser, file);
  if (report === undefined) return;
  const { page } = report;
  for (const id of ['ttft', 'itl', 'hit-rate', 'queue', 'goodput', 'plane']) {
    assert.deepEqual(await page.locator(`#${id} .legend li`).allInnerTexts(), [...POLICIES], id);
  }
  for (const id of ['load', 'kv-use']) {
    assert.deepEqual(await page.locator(`#${id} h4`).allTextContents(), [...POLICIES], id);
  }
  const rows = await page
    .locator('[data-setting="0"] table >> nth=0 >> tbody th')
    .allTextContents();
  assert.deepEqual(rows, [...POLICIES]);
});

test('the table behind a plot holds its figures', async (t) => {
  const report = await openPage(t, browser, file);
  if (report === undefined) return;
  const { page } = report;
  for (const id of FIGURE_IDS) {
    const data = page.locator(`#${id} .data`);
    assert.equal(await data.isVisible(), false);
    await page.locator(`#${id} summary`).click();
    assert.equal(await data.isVisible(), true);
    const cells = await data.locator('td').allTextContents();
    assert.ok(cells.length >= POLICIES.length, id);
    assert.ok(
      cells.some((text) => /\d/.test(text)),
      id,
    );
    assert.doesNotMatch(cells.join(' '), /NaN|undefined|Infinity/);
  }
});

test('choosing a setting shows its tables and draws its plots', async (t) => {
  const report = await openPage(t, browser, file);
  if (report === undefined) return;
  const { page, complaints } = report;
  assert.deepEqual(await visibleSettings(page), ['0']);
  const before = await page.locator('#ttft .chart').innerHTML();
  await page.selectOption('#setting', '1');
  assert.deepEqual(await visibleSettings(page), ['1']);
  assert.notEqual(await page.locator('#ttft .chart').innerHTML(), before);
  assert.deepEqual(complaints, []);
});

for (const width of WIDTHS) {
  test(`no label lies on another and nothing sticks out of a window ${width} wide`, async (t) => {
    for (const path of [file, calmFile]) {
      const report = await openPage(t, browser, path, { width });
      if (report === undefined) return;
      const { page, complaints } = report;
      assert.deepEqual(await overlaps(page), []);
      const size = 'document.documentElement.scrollWidth';
      assert.equal(await page.evaluate<number>(size), width);
      assert.deepEqual(complaints, []);
    }
  });
}

test('no table of the policies scrolls sideways in a window 1280 wide', async (t) => {
  const report = await openPage(t, browser, file);
  if (report === undefined) return;
  const wide = `[...document.querySelectorAll('[data-setting="0"] .scroll, #full .scroll')]
    .filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => box.getAttribute('aria-label'))`;
  assert.deepEqual(await report.page.evaluate(wide), []);
});

test('a queue that is always empty has an axis from 0 to 1', async (t) => {
  const report = await openPage(t, browser, calmFile);
  if (report === undefined) return;
  const ticks = report.page.locator('#queue [aria-label="y-axis tick label"] text');
  assert.deepEqual(await ticks.allTextContents(), ['0', '1']);
});

test('without several rates, the command for them stands in place of their plot', async (t) => {
  const report = await openPage(t, browser, calmFile);
  if (report === undefined) return;
  const { page } = report;
  assert.equal(await page.locator('#goodput').count(), 0);
  const absent = page.locator('.figures #no-goodput');
  assert.match((await absent.textContent()) ?? '', /--rate 1,2,3/);
});

test('the full table and the glossary open, and on paper they are open', async (t) => {
  const report = await openPage(t, browser, file);
  if (report === undefined) return;
  const { page } = report;
  for (const inner of ['#full table >> nth=0', '#meanings dt >> nth=0']) {
    const content = page.locator(inner);
    const summary = page.locator(`${inner.split(' ', 1)[0]} > summary`);
    assert.equal(await content.isVisible(), false);
    await summary.click();
    assert.equal(await content.isVisible(), true);
    await summary.click();
    await page.emulateMedia({ media: 'print' });
    assert.equal(await content.isVisible(), true);
    await page.emulateMedia({ media: 'screen' });
  }
});

test('plots are drawn for the width of paper while the page is printed', async (t) => {
  const report = await openPage(t, browser, file);
  if (report === undefined) return;
  const { page } = report;
  const widths = async (): Promise<(string | null)[]> =>
    await Promise.all(
      ['#ttft', '#load'].map((id) =>
        page.locator(`${id} .chart svg[aria-label]`).first().getAttribute('width'),
      ),
    );
  const onScreen = await widths();
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  assert.deepEqual(await widths(), ['338', '338']);
  await page.evaluate("dispatchEvent(new Event('afterprint'))");
  assert.deepEqual(await widths(), onScreen);
});

test('dark mode has colours of its own, and paper is always light', async (t) => {
  const light = await openPage(t, browser, file, { colorScheme: 'light' });
  const dark = await openPage(t, browser, file, { colorScheme: 'dark' });
  if (light === undefined || dark === undefined) return;
  const [onLight, onDark] = [await colorsOf(light.page), await colorsOf(dark.page)];
  assert.deepEqual([onLight.paper, onDark.paper], PAPERS.map(rgb));
  assert.notEqual(onLight.ink, onDark.ink);
  assert.notEqual(onLight.line, onDark.line);
  await dark.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.deepEqual(await colorsOf(dark.page), onLight);
});

/** Number of marks in each plot of a figure. */
async function marksOf(page: Page, id: string): Promise<number[]> {
  return await page.evaluate(`[...document.querySelectorAll('#${id} .chart svg[aria-label]')]
    .map((plot) => plot.querySelectorAll('${MARKS}').length)`);
}

async function visibleSettings(page: Page): Promise<(string | null)[]> {
  const sections = await page.locator('[data-setting]:visible').all();
  return await Promise.all(sections.map((section) => section.getAttribute('data-setting')));
}

/** Colours that the browser computed: of the page, its text, and the first policy's line. */
async function colorsOf(page: Page): Promise<{ paper: string; ink: string; line: string }> {
  return await page.evaluate(`(() => {
    const body = getComputedStyle(document.body);
    const line = document.querySelector('#ttft .legend path');
    return { paper: body.backgroundColor, ink: body.color, line: getComputedStyle(line).stroke };
  })()`);
}

function rgb(hex: string): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgb(${channels.join(', ')})`;
}
