import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { NO_BROWSER } from './browser.ts';

/** Tick names and titles of the axes, and the names of levels and of the service level. */
const LABELS =
  '[aria-label$="axis tick label"] > *, [aria-label$="axis label"] > *, [aria-label="text"] > *';

/** The bundle of a script of `lab/report/page`, as the program's build makes it. */
export async function builtScript(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`lab/report/page/${name}`],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
  });
  return outputFiles[0]?.text ?? '';
}

/** A window for a page. */
export interface PageWindow {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/**
 * The page at `path` in `browser`, from disk, with all that it complained about or loaded; without
 * a browser the test is skipped.
 */
export async function openPage(
  t: TestContext,
  browser: Browser | undefined,
  path: string,
  { width = 1280, colorScheme = 'light' }: PageWindow = {},
) {
  if (browser === undefined) {
    t.skip(NO_BROWSER);
    return undefined;
  }
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
  t.after(() => page.close());
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  const url = pathToFileURL(path).href;
  await page.goto(url);
  return { page, complaints, requests, url };
}

/** Pairs of labels of one plot whose boxes have more than a pixel in common. */
export async function overlaps(page: Page): Promise<string[]> {
  return await page.evaluate(`[...document.querySelectorAll('.chart svg[aria-label]')].flatMap((plot) => {
    const labels = [...plot.querySelectorAll('${LABELS}')].map((label) => ({
      text: label.textContent,
      box: label.getBoundingClientRect(),
    }));
    return labels.flatMap((one, at) => labels.slice(at + 1)
      .filter(({ box }) =>
        Math.min(box.right, one.box.right) - Math.max(box.left, one.box.left) > 1 &&
        Math.min(box.bottom, one.box.bottom) - Math.max(box.top, one.box.top) > 1)
      .map(({ text }) => plot.getAttribute('aria-label') + ': ' + one.text + ' / ' + text));
  })`);
}
