import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { traceStats } from '../../lab/analyze/trace-stats.ts';
import { analysisParts } from '../../lab/experiment/analysis-parts.ts';
import { ANALYSIS_FIGURE_IDS } from '../../lab/report/analysis-figures.ts';
import { analysisHtml } from '../../lab/report/analysis-html.ts';
import { PAPERS } from '../../lab/report/report-style.ts';
import { KV_TOKENS } from '../../lab/simulate/build-config.ts';
import { createWorkload } from '../../lab/workloads/workloads.ts';
import { launchBrowser } from '../support/browser.ts';
import { builtScript, openPage, overlaps } from '../support/plot-page.ts';

const TITLE = 'A trace & <its> requests';

let folder = '';
/** Of sessions with turns, of a few requests at once, and of prompts that share nothing. */
const files = { turns: '', burst: '', unlike: '' };
let browser: Browser | undefined;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fakeai-analysis-'));
  const script = await builtScript('analysis-page.ts');
  const page = async (name: string, html: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, html);
    return path;
  };
  const turns = pageOf('multi-turn', { requests: 600 }, [16, 64], script);
  files.turns = await page('turns.html', turns);
  files.burst = await page('burst.html', pageOf('shared-prefix:sglang', {}, [16], script));
  files.unlike = await page('unlike.html', pageOf('lengths', { requests: 3 }, [16], script));
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

function pageOf(
  workload: string,
  parameters: Readonly<Record<string, number>>,
  blockSizes: readonly number[],
  script: string,
): string {
  const stats = traceStats(createWorkload({ workload, parameters, seed: 1 }), ...blockSizes);
  return analysisHtml(
    {
      title: TITLE,
      version: '1.2.3',
      command: 'fakeai analyze',
      resultsHash: '0123456789abcdef',
      config: { parameters },
      facts: ['What they are.'],
      parts: analysisParts(stats),
      stats,
      workerTokens: KV_TOKENS,
    },
    script,
  );
}

test('the page draws every figure from its file alone, without a complaint', async (t) => {
  const opened = await openPage(t, browser, files.turns);
  if (opened === undefined) return;
  const { page, complaints, requests, url } = opened;
  for (const id of ANALYSIS_FIGURE_IDS) {
    const marks = await page.locator(`#${id} .chart svg[aria-label] :is(path, rect, line)`).count();
    assert.ok(marks > 3, `${id} has ${marks} marks`);
    await page.locator(`#${id} summary`).click();
    const cells = await page.locator(`#${id} .data td`).allTextContents();
    assert.ok(cells.length > 3, id);
    assert.doesNotMatch(cells.join(' '), /NaN|undefined|Infinity/);
  }
  assert.equal(await page.locator('h1').textContent(), TITLE);
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests, [url]);
});

test('nothing that cannot be drawn is drawn, and nothing complains', async (t) => {
  for (const path of [files.burst, files.unlike]) {
    const opened = await openPage(t, browser, path);
    if (opened === undefined) return;
    const { page, complaints } = opened;
    assert.equal(await page.locator('#turns').count(), 0);
    assert.deepEqual(complaints, []);
    const text = await page.locator('main').textContent();
    assert.doesNotMatch(text ?? '', /NaN|undefined|Infinity/);
  }
});

test('names on plots do not overlap, and no page is wider than its window', async (t) => {
  for (const width of [400, 800, 1280, 1920]) {
    for (const path of Object.values(files)) {
      const opened = await openPage(t, browser, path, { width });
      if (opened === undefined) return;
      const { page } = opened;
      assert.deepEqual(await overlaps(page), [], `at ${width}`);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
    }
  }
});

test('colours follow those of the browser', async (t) => {
  for (const [at, scheme] of (['light', 'dark'] as const).entries()) {
    const opened = await openPage(t, browser, files.turns, { colorScheme: scheme });
    if (opened === undefined) return;
    const hex = PAPERS[at] ?? '';
    const channels = [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16));
    const paper = await opened.page.evaluate('getComputedStyle(document.body).backgroundColor');
    assert.equal(paper, `rgb(${channels.join(', ')})`);
  }
});
