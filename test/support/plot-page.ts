import { build } from 'esbuild';
import type { Page } from 'playwright-core';

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
